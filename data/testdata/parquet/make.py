"""Writes small Parquet files in many forms, and expected.json: what each holds.

Run with pyarrow 26.0.1 in this folder.
"""

import datetime
import decimal
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq

rng = random.Random(1)
ROWS = 40


def gaps(values, share=0.2):
    return [None if rng.random() < share else v for v in values]


day = datetime.date(1969, 12, 1)
moment = datetime.datetime(1999, 12, 31, 23, 59, 58, 123456)
columns = {
    "i8": (pa.int8(), [rng.randrange(-128, 128) for _ in range(ROWS)]),
    "u16": (pa.uint16(), [rng.randrange(1 << 16) for _ in range(ROWS)]),
    "i32": (pa.int32(), [rng.randrange(-(1 << 31), 1 << 31) for _ in range(ROWS)]),
    "u32": (pa.uint32(), [rng.randrange(1 << 32) for _ in range(ROWS)]),
    "i64": (pa.int64(), [rng.randrange(-(1 << 53), 1 << 53) for _ in range(ROWS)]),
    "f32": (pa.float32(), [rng.randrange(-1000, 1000) / 8 for _ in range(ROWS)]),
    "f64": (pa.float64(), [rng.gauss(0, 1) for _ in range(ROWS)]),
    "word": (pa.string(), [rng.choice(["red", "green, with a comma", "grün"]) for _ in range(ROWS)]),
    "text": (pa.string(), [f"text {i} of {i * i}" for i in range(ROWS)]),
    "day": (pa.date32(), [day + datetime.timedelta(days=3 * i) for i in range(ROWS)]),
    "ms": (pa.timestamp("ms"), [moment.replace(microsecond=123000) + datetime.timedelta(hours=i) for i in range(ROWS)]),
    "us": (pa.timestamp("us"), [moment + datetime.timedelta(seconds=i) for i in range(ROWS)]),
    "ns": (pa.timestamp("ns"), [moment + datetime.timedelta(days=i) for i in range(ROWS)]),
    "d9": (pa.decimal128(9, 2), [decimal.Decimal(rng.randrange(-(10**8), 10**8)) / 100 for _ in range(ROWS)]),
    "d18": (pa.decimal128(18, 4), [decimal.Decimal(rng.randrange(-(10**12), 10**12)) / 10000 for _ in range(ROWS)]),
}
wide = decimal.Context(prec=40)
columns["d30"] = (pa.decimal128(30, 7), [wide.divide(decimal.Decimal(rng.randrange(-(10**29), 10**29)), decimal.Decimal(10**7)) for _ in range(ROWS)])
columns["d17"] = (pa.decimal128(17, 3), [wide.divide(decimal.Decimal(rng.randrange(10**16, 10**17)), decimal.Decimal(1000)) for _ in range(ROWS)])
flags = {"flag": (pa.bool_(), [i % 3 == 0 for i in range(ROWS)])}


def plain(v):
    """A value as a table of numbers and words has it: dates in days, moments in seconds since 1970."""
    if v is None or isinstance(v, (int, float, str)) and not isinstance(v, bool):
        return v
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, decimal.Decimal):
        return float(v)
    if isinstance(v, datetime.datetime):
        micros = (v - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
        return micros / 1e6
    return (v - datetime.date(1970, 1, 1)).days


expected = {}


def write(name, chosen, nulls=False, **options):
    data = {k: (t, gaps(v) if nulls else v) for k, (t, v) in chosen.items()}
    table = pa.table({k: pa.array(v, t) for k, (t, v) in data.items()})
    pq.write_table(table, name + ".parquet", **options)
    expected[name] = {"columns": {k: [plain(v) for v in vs] for k, (_, vs) in data.items()}}


for codec in ["none", "snappy", "gzip", "zstd", "brotli"]:
    for version in ["1.0", "2.0"]:
        write(f"{codec}_v{version[0]}", columns, nulls=version == "2.0", compression=codec, data_page_version=version)
write("lz4", columns, compression="lz4")
for encoding, names in {
    "PLAIN": list(columns),
    "DELTA_BINARY_PACKED": ["i32", "i64", "u32", "day", "us"],
    "DELTA_LENGTH_BYTE_ARRAY": ["word", "text"],
    "DELTA_BYTE_ARRAY": ["word", "text"],
    "BYTE_STREAM_SPLIT": ["f32", "f64"],
}.items():
    for nulls in [False, True]:
        some = {k: columns[k] for k in names}
        write(f"{encoding.lower()}_{'nulls' if nulls else 'full'}", some, nulls, use_dictionary=False, column_encoding={k: encoding for k in names})
small = {k: columns[k] for k in ["i32", "f64", "word"]}
for nulls in [False, True]:
    write(f"groups_{'nulls' if nulls else 'full'}", small, nulls, row_group_size=17, data_page_size=64)
    write(f"flags_plain_{'nulls' if nulls else 'full'}", flags, nulls, data_page_version="1.0", use_dictionary=False)
write("int96", {"ns": columns["ns"]}, use_deprecated_int96_timestamps=True)
write("old", small, nulls=True, version="1.0")
write("wide_dictionary", {"text": columns["text"]}, use_dictionary=True, dictionary_pagesize_limit=64)
write("sorted_checksums", small, nulls=True, write_page_checksum=True, write_page_index=True)
write("decimals", {k: columns[k] for k in ["d9", "d17", "d18"]}, nulls=True, store_decimal_as_integer=True)
special = {"f64": (pa.float64(), [0.0, -0.0, 5e-324, 1.7976931348623157e308] * 10)}
write("special", special)
write("missing", {"f64": (pa.float64(), [None] * ROWS), "i32": columns["i32"]})
write("booleans_in_runs", {"flag": flags["flag"], "many": (pa.bool_(), [i > 17 for i in range(ROWS)])}, data_page_version="2.0", column_encoding={"flag": "RLE", "many": "RLE"}, use_dictionary=False)
write("booleans_in_runs_nulls", flags, nulls=True, data_page_version="2.0", column_encoding={"flag": "RLE"}, use_dictionary=False)
ints = {k: columns[k] for k in ["i32", "i64", "d9", "d30"]}
write("byte_stream_split_ints", ints, nulls=True, use_dictionary=False, column_encoding={k: "BYTE_STREAM_SPLIT" for k in ints})
long = {"n": (pa.int64(), [i % 1000 if i % 7 else None for i in range(2000)]), "word": (pa.string(), [f"word {i * i % 700}" if i % 11 else None for i in range(2000)]), "day": (pa.date32(), [day + datetime.timedelta(days=i // 3) for i in range(2000)]), "on": (pa.bool_(), [i % 700 > 300 for i in range(2000)])}
for version in ["1.0", "2.0"]:
    write(f"long_v{version[0]}", long, data_page_version=version, row_group_size=900, data_page_size=700)
write("long_deltas", long, use_dictionary=False, row_group_size=900, data_page_size=700, compression="lz4", column_encoding={"n": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY", "day": "DELTA_BINARY_PACKED", "on": "RLE"})
some = {"x": [0.5, 1.5, 2.5], "on": [True, False, True]}
schema = pa.schema([("x", pa.float64()), ("on", pa.bool_())])
with pq.ParquetWriter("groups_without_rows.parquet", schema) as writer:
    for rows in [0, 2, 0, 1]:
        writer.write_table(pa.table({k: v[:rows] for k, v in some.items()}, schema=schema))
expected["groups_without_rows"] = {"columns": {k: [plain(v) for v in vs[:2] + vs[:1]] for k, vs in some.items()}}

with open("expected.json", "w") as f:
    json.dump(expected, f, separators=(",", ":"))
