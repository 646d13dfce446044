package data

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestRangesAgreeWithDescribe: one look says of every column what sorting says.
func TestRangesAgreeWithDescribe(t *testing.T) {
	text := "n,empty,c,d,one\n3,,a,2024-01-05,7\n-1.5,,b,2023-02-01,7\n,,a,,\n9e99,,,2025-01-01,7\n"
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	table, err := Read(path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := table.Ranges()
	for i, want := range table.Describe() {
		if want.Kind.storage() == Number && want.Distinct > 0 {
			want.Distinct, want.Mean, want.Median = notCounted, 0, 0
		}
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("%s: %+v, want %+v", want.Name, got[i], want)
		}
	}
}
