# Writes one small table in every format that Read knows, with pandas, pyarrow
# and NumPy: run in a virtual environment with the versions in SOURCE.md.
import gzip, json
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq

n = 30
rng = np.random.default_rng(7)
table = pd.DataFrame({
    "whole": rng.integers(-5, 5, n),
    "real": rng.normal(size=n) * 10.0 ** rng.integers(-8, 8, n),
    "gaps": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n).round(3)),
    "word": [None if i % 7 == 3 else ["north", "south, west", 'the "east"', "été"][i % 4] for i in range(n)],
    "flag": rng.random(n) < 0.5,
})
table.to_csv("table.csv", index=False)
table.to_json("table.jsonl", orient="records", lines=True, double_precision=15, force_ascii=False)
with open("table.jsonl", "w") as f:  # pandas rounds to 15 places
    for row in table.to_dict("records"):
        row = {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in row.items()}
        f.write(json.dumps(row, ensure_ascii=False) + "\n")
arrow = pa.Table.from_pandas(table, preserve_index=False)
for codec in ["none", "snappy", "zstd", "gzip"]:
    pq.write_table(arrow, f"table_{codec}.parquet", compression=codec, row_group_size=11, use_dictionary=codec != "none")
typed = pa.table({
    "when": pa.array([0, 1_600_000_000_123, None], pa.timestamp("ms")),
    "day": pa.array([0, 19000, -1], pa.date32()),
    "price": pa.array([None, 1234, -5], pa.int64()).cast(pa.decimal128(20, 0)).cast(pa.decimal128(12, 2)),
    "small": pa.array([250, 0, 7], pa.uint8()),
    "single": pa.array([0.1, 2.5, None], pa.float32()),
    "list": pa.array([[1, 2], [], None], pa.list_(pa.int64())),
})
pq.write_table(typed, "typed.parquet", store_decimal_as_integer=True)
matrix = table[["whole", "real"]].to_numpy()
np.save("matrix.npy", matrix)
np.save("matrix_fortran_f4.npy", np.asfortranarray(matrix.astype("f4")))
np.save("labels_u1.npy", (table["flag"].to_numpy()).astype("u1"))
np.savez_compressed("both.npz", x=matrix, y=table["flag"].to_numpy())
