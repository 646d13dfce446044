1.01029 |first:0.5 dog:-0.979724 |second 12:0.651593 city:rome | cat size:1.8707 
0.610354 2 |first:0.5 c# 7 x^y |second 12:0.686484  
 'unlabelled |first:2 12:-1.12488 x^y |second 12:0.922189 city:paris | cat size:-2.35751 |vector :-0.793904 :1.3879 1:-0.566799
 'unlabelled |first:2 12:0.350322 7:1.38479 naïve |second 12:0.797404  |vector :1.2808 :-1.16203 1:-0.0314617
 'unlabelled |first:2 7:0.0837537 |second 12:0.029575 city:paris | cat size:0.799947 
 'unlabelled |first:0.5 cat |second 12:0.952467 city:oslo | cat size:-0.152284|vector :1.25098 :1.54842 1:-1.94651
-1.35614 0.5 'tag|first:0.5 12:-0.0755927 c# cat:1.76405 |second 12:0.414425 city:paris 
-0.398127 0.5 'tag|first:2 cat naïve |second 12:0.797098 city:oslo | cat size:0.358476
0.742637 |first 007 |second 12:0.16747 city:oslo |vector :-0.226258 :1.56063 1:-0.846134
2.11876 2 |first:0.5 007:-0.453772 |second 12:0.108762 city:rome 
-0.765487 2 |first 7:-0.217326 |second 12:0.976976  | cat size:-0.109343|vector :-0.78225 :-0.403828 1:-0.23677
-1.1326 73|first:0.5 cat |second 12:0.743842  |vector :-1.80952 :-0.72589 1:-0.590103
2.75931 65|first:2 cat:-0.488125 cat:-0.488125 |second 12:0.674153  
-1.13373 0.5 'tag|first x^y:0.448513 |second 12:0.156965 city:oslo 
0.402527 0.5 'tag|first:2 12:0.69782 7:1.72875 |second 12:0.53433 city:rome | cat size:0.517174
2.67051 |first:2 007 7:-0.835139 007 |second 12:0.770253 city:oslo | cat size:1.7972
4.12974 2 |first:0.5 naïve cat:1.80898 007 |second 12:0.107731 city:paris |vector :-0.210277 :-0.384847 1:1.5594
-1.1963 92|first naïve:-1.35192 naïve:-1.35192 |second 12:0.158945 city:paris | cat size:1.768 
3.72417 89|first:0.5 dog c#:-1.89095 |second 12:0.449845 city:oslo | cat size:0.803695 |vector :0.342956 :0.300912 1:1.35392
-2.36723 2 |first:0.5 x^y:0.166409 7:-1.20314 dog:-1.67452 x^y:0.166409 |second 12:0.0904884 city:oslo |vector :-0.157198 :-0.310971 1:0.834287
-2.13784 |first:0.5 dog 007 |second 12:0.0723275 city:paris |vector :1.77024 :1.66363 1:0.103795
 'unlabelled |first:2 x^y cat 007:1.93958 |second 12:0.514358 city:oslo | cat size:0.870369|vector :0.214928 :-0.135487 1:-0.871346
-2.88244 2 |first:0.5 12 dog 7 |second 12:0.808253 city:oslo 
0.365586 0.5 'tag|first:0.5 c#:1.17227 cat c#:1.17227 |second 12:0.580071 city:rome | cat size:0.290243 |vector :-1.1194 :0.801716 1:0.0126563
-2.27676 2 |first:2 c# x^y:-0.74806 naïve:1.82616 |second 12:0.90694 city:oslo |vector :1.49557 :-0.802682 1:-0.586479
2.10175 0.5 'tag|first 007:-0.801735 x^y:-1.33929 |second 12:0.896604  | cat size:-0.00262095
-3.92835 2 |first:2 7 007 |second 12:0.101046 city:paris |vector :0.309501 :-1.89569 1:-0.834269
-0.506477 |first naïve:-1.34098 12:-0.247484 |second 12:0.431261  
-5.66361 2 |first:2 c# |second 12:0.242239 city:oslo | cat size:0.961177 |vector :0.26449 :0.821868 1:0.0880747
0.561666 |first x^y 12:0.282179 naïve |second 12:0.118072 city:paris 
 'unlabelled |first:0.5 x^y:-0.251323 007:1.03444 7:-1.99662 |second 12:0.304799  | cat size:-2.68843 |vector :0.853709 :-0.484729 1:-3.03991
 'unlabelled |first:2 12:1.33837 c#:1.74991 007:0.811568 |second 12:0.197361 city:paris 
-0.503486 |first:0.5 dog:-1.00947 12:0.518701 x^y |second 12:0.782474 city:rome 
-2.48449 85|first:0.5 007:0.83208 naïve:-1.39172 |second 12:0.510326 city:oslo 
-0.141482 0.5 'tag|first:0.5 7 |second 12:0.635972 city:oslo |vector :0.437839 :0.547311 1:2.01097
 'unlabelled |first:0.5 cat:-0.812495 dog |second 12:0.172363 city:oslo |vector :0.391727 :0.445815 1:2.53732
 'unlabelled |first:2 x^y 12 x^y |second 12:0.16563  
0.0660598 |first:0.5 c# 007:1.57548 |second 12:0.240494 city:rome |vector :0.789368 :0.623378 1:-0.458453
-1.31233 2 |first:0.5 cat |second 12:0.703924  | cat size:0.262906|vector :-0.426801 :-0.944442 1:0.688849
-1.24846 0.5 'tag|first:2 c# 007:-0.193212 |second 12:0.110946 city:rome |vector :0.421814 :0.579859 1:-1.88728
2.67163 73|first naïve |second 12:0.0151811 city:rome 
-1.77564 2 |first:2 7:-0.148443 cat |second 12:0.840624 city:paris 
 'unlabelled |first:2 007:0.652065 x^y:-0.68078 dog |second 12:0.935166 city:rome | cat size:0.267199
-3.52647 0.5 'tag|first dog x^y dog |second 12:0.854569 city:paris | cat size:-0.361173
0.629845 0.5 'tag|first:0.5 7:0.12586 |second 12:0.763402  | cat size:-0.0950372 |vector :0.131874 :-0.402478 1:0.962136
 'unlabelled |first 7 c#:1.42344 7 |second 12:0.502739 city:rome | cat size:-0.925096 |vector :1.48514 :-0.627003 1:-0.893028
-0.0243465 0.5 'tag|first cat naïve:-0.518593 7:-1.61048 cat |second 12:0.0435746 city:oslo | cat size:-0.119782 |vector :-0.75701 :1.47908 1:-1.22212
2.42359 0.5 'tag|first:0.5 x^y:0.29244 naïve:1.91765 7:-0.183431 |second 12:0.815629 city:paris 
-6.03386 24|first:0.5 x^y:-0.553689 |second 12:0.598261 city:oslo |vector :0.911494 :0.908886 1:1.22416
-2.51155 0.5 'tag|first cat:1.91438 naïve c# |second 12:0.643239 city:rome 
4.16904 33|first:2 007:1.56513 dog |second 12:0.36716 city:rome 
 'unlabelled |first:0.5 cat:0.987131 |second 12:0.0764129  | cat size:-3.26569 |vector :1.49596 :-0.378871 1:-0.782607
 'unlabelled |first x^y:0.580191 naïve:0.102509 007:0.411077 |second 12:0.506317 city:rome 
3.64644 0.5 'tag|first:2 x^y:-0.316528 |second 12:0.0183307 city:paris 
2.94242 0.5 'tag|first 007:1.12616 naïve:1.07454 |second 12:0.483724 city:rome | cat size:0.610545 |vector :0.0699826 :1.22534 1:1.2584
-7.33781 2 |first naïve:-0.265989 x^y:-1.13814 7:1.79739 |second 12:0.0644412 city:rome |vector :-0.32121 :0.753904 1:0.124929
 'unlabelled |first:2 dog |second 12:0.421879 city:paris 
 'unlabelled |first:2 naïve:0.964484 c# x^y |second 12:0.644272  | cat size:-1.43141 
4.51962 0.5 'tag|first:2 dog c#:-1.33151 |second 12:0.288593  
 'unlabelled |first:2 dog:1.0311 cat:1.70325 dog:1.0311 |second 12:0.440251 city:paris | cat size:-0.916189 |vector :0.0129973 :0.566533 1:-0.0406074
-2.87405 |first:2 7:1.78346 |second 12:0.305797  | cat size:-0.759959 |vector :0.833242 :0.0918078 1:-1.63696
 'unlabelled |first x^y 007:-0.738535 c# x^y |second 12:0.698349 city:rome | cat size:-0.530971
 'unlabelled |first:2 007 12 7 |second 12:0.984992 city:oslo | cat size:-0.65692 |vector :-0.26352 :0.480525 1:-0.00885103
3.23245 2 |first x^y |second 12:0.269338 city:paris | cat size:2.00997 
 'unlabelled |first x^y:-0.905467 |second 12:0.352363 city:rome 
-0.0924082 0.5 'tag|first naïve:1.73559 007:1.59328 |second 12:0.600091 city:paris | cat size:0.84608
0.595697 2 |first:2 007 12 dog:0.617685 |second 12:0.507355 city:paris 
-2.38973 2 |first:0.5 7 |second 12:0.365091 city:oslo | cat size:0.571964 
-1.33229 |first:2 007 x^y |second 12:0.132577 city:paris | cat size:0.246643 |vector :-1.32837 :-0.699516 1:0.743559
 'unlabelled |first:2 dog:0.349565 |second 12:0.909 city:oslo 
-2.27062 54|first dog:0.249426 |second 12:0.776854 city:oslo | cat size:-0.1088
2.02132 0.5 'tag|first:2 007:1.26454 naïve |second 12:0.144373 city:oslo 
3.80023 60|first:0.5 dog 007 cat dog |second 12:0.974875 city:oslo 
0.193747 24|first:2 c# x^y:-0.272035 |second 12:0.488278 city:oslo |vector :-0.34206 :0.337276 1:0.388403
-0.73188 2 |first:2 007 dog |second 12:0.704682 city:rome |vector :1.80395 :0.0603679 1:2.16705
 'unlabelled |first:0.5 12 cat |second 12:0.235663 city:paris 
-4.37313 |first:2 12:-0.407348 12:-0.407348 |second 12:0.0483475 city:paris 
-4.38483 90|first:2 12:-1.9166 naïve:-0.134283 cat |second 12:0.826724  
-1.54201 0.5 'tag|first:0.5 c#:1.26767 |second 12:0.566874 city:rome 
-3.53102 2 |first 7:-0.979961 c#:-0.46295 7:-0.979961 |second 12:0.958813 city:rome | cat size:0.396386
2.93715 2 |first:0.5 7 007 12 7 |second 12:0.382629 city:rome |vector :-0.381154 :-0.0940492 1:0.0540759
-3.97583 97|first:0.5 naïve 7 x^y:-0.609119 naïve |second 12:0.208835  | cat size:0.435591
0.0527648 65|first:2 cat:1.31422 c# |second 12:0.821879 city:paris 
 'unlabelled |first:2 12:1.27713 |second 12:0.133955 city:oslo 
-2.10323 2 |first:2 c#:0.454327 007 |second 12:0.502867  
 'unlabelled |first:0.5 cat |second 12:0.822897 city:oslo |vector :0.378611 :-0.128876 1:-0.26567
1.51283 37|first 12:-0.460785 naïve:-1.2117 007 |second 12:0.458459 city:rome 
-1.8894 |first:0.5 dog:1.96227 dog:1.96227 |second 12:0.79667 city:oslo | cat size:0.935672
 'unlabelled |first:2 007 c#:0.384512 007 |second 12:0.787129 city:oslo | cat size:1.76904|vector :-0.0138218 :-0.453345 1:-0.0851505
 'unlabelled |first x^y:0.330908 |second 12:0.847142  | cat size:2.0223
0.111682 97|first:0.5 dog:-0.384094 |second 12:0.85187 city:oslo | cat size:-0.5077
 'unlabelled |first:2 007 c#:1.6176 naïve |second 12:0.64111 city:rome | cat size:1.76748 
 'unlabelled |first x^y:-0.641338 |second 12:0.0352517 city:oslo |vector :0.349536 :1.03728 1:-0.0699541
 'unlabelled |first naïve dog c#:0.88618 naïve |second 12:0.361306  | cat size:1.09349 |vector :0.124955 :-0.0563754 1:0.254411
-1.60372 0.5 'tag|first cat |second 12:0.0351044 city:rome | cat size:-0.280057 |vector :1.12701 :0.367129 1:-0.133613
 'unlabelled |first:2 naïve:-0.546091 007 12:0.636633 |second 12:0.343602 city:paris |vector :-0.359966 :-1.16315 1:-0.104213
3.18151 2 |first:0.5 c#:0.953532 007 x^y:1.32832 |second 12:0.607382 city:oslo | cat size:-1.14622
-2.80398 2 |first c#:-0.0960027 dog x^y:-0.46442 c#:-0.0960027 |second 12:0.35632 city:paris | cat size:0.314242|vector :0.904537 :0.085279 1:-1.48958
-0.00430788 0.5 'tag|first:2 dog 7:-1.48654 cat:1.83791 |second 12:0.700553 city:rome 
5.23207 0.5 'tag|first:2 naïve 007:1.76111 |second 12:0.0422234 city:rome |vector :-1.43093 :-0.541901 1:0.422094
7.39333 66|first 007 |second 12:0.992068  
-0.0354481 34|first:2 dog:0.583283 007:-0.281865 |second 12:0.491891 city:rome 
 'unlabelled |first 12 cat |second 12:0.218246 city:paris | cat size:-3.0233|vector :1.24067 :0.0699381 1:-0.0965924
-3.28943 2 |first:2 c#:-1.19956 |second 12:0.25138 city:rome | cat size:-0.272551 |vector :0.221315 :-0.234051 1:0.447564
3.32082 2 |first:0.5 12 12 |second 12:0.878052 city:rome | cat size:-0.45455 |vector :0.791279 :0.219716 1:-0.745414
-5.98459 |first:2 7 7 |second 12:0.115935 city:rome 
-1.03316 |first 007:-0.696938 naïve:-0.182941 dog:1.45812 007:-0.696938 |second 12:0.832013  
2.05829 0.5 'tag|first:2 dog:1.09167 |second 12:0.303811 city:oslo |vector :-0.896507 :0.252282 1:-0.89666
-1.15977 2 |first:2 007 |second 12:0.726837 city:rome | cat size:-0.375555
1.74975 |first:0.5 x^y:-0.89087 dog:-0.761039 x^y:-0.89087 |second 12:0.886348 city:paris 
-3.12298 |first:0.5 12:0.597889 |second 12:0.857995 city:oslo | cat size:0.27083|vector :-1.94838 :1.9374 1:1.18455
4.62801 2 |first 007:-0.691736 |second 12:0.231753 city:oslo |vector :0.442115 :0.30925 1:-1.42849
0.0875439 0.5 'tag|first:0.5 dog:-0.754225 |second 12:0.580835  | cat size:0.433565|vector :-0.496999 :0.0731069 1:0.549237
2.34169 |first:2 cat |second 12:0.696089 city:rome | cat size:-0.204947
-3.58077 0.5 'tag|first:0.5 x^y |second 12:0.499957 city:oslo | cat size:1.31991
2.97159 0.5 'tag|first x^y:-1.64161 naïve 007:-0.951714 x^y:-1.64161 |second 12:0.908468 city:rome | cat size:-1.99759 
 'unlabelled |first:2 007:-1.8056 |second 12:0.217405 city:oslo 
 'unlabelled |first:2 007 x^y:-0.593135 |second 12:0.567002 city:rome | cat size:-1.79554|vector :0.592805 :-0.259141 1:-0.312119
 'unlabelled |first:2 x^y:1.18038 007:-0.40931 |second 12:0.830718  | cat size:0.51898 |vector :-0.28009 :-1.83551 1:-1.41049
6.10534 8|first dog:1.03199 12 |second 12:0.954186 city:oslo |vector :-0.129476 :0.00780505 1:0.205716
