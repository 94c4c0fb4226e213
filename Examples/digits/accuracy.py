# SPDX-License-Identifier: Apache-2.0
"""Prints how many of a network's outputs name the right class. Needs nothing but Python's standard library.

    python3 Examples/digits/accuracy.py LABELS.npy OUTPUTS.npy
"""

import array
import ast
import struct
import sys

TYPE_CODES = {"|i1": "b", "|u1": "B"}


def read_npy(path):
    """(values, shape) of a .npy file of 8-bit integers in C order; the format is NumPy's NEP 1."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x93NUMPY":
        raise SystemExit(f"{path}: not a .npy file")
    length, start = struct.unpack_from("<H", data, 8)[0], 10
    if data[6] > 1:
        length, start = struct.unpack_from("<I", data, 8)[0], 12
    header = ast.literal_eval(data[start : start + length].decode("latin1"))
    if header["descr"] not in TYPE_CODES or header["fortran_order"]:
        raise SystemExit(f"{path}: wanted 8-bit integers in C order, found {header['descr']}")
    return array.array(TYPE_CODES[header["descr"]], data[start + length :]), header["shape"]


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    labels, _ = read_npy(sys.argv[1])
    outputs, shape = read_npy(sys.argv[2])
    classes = shape[-1]
    if len(outputs) != len(labels) * classes:
        raise SystemExit(f"{sys.argv[2]}: {len(outputs)} values, but {len(labels)} labels of {classes} classes")
    rows = (outputs[start : start + classes] for start in range(0, len(outputs), classes))
    right = sum(row.index(max(row)) == label for row, label in zip(rows, labels))
    print(f"accuracy: {right} of {len(labels)} right, {right / len(labels):.2%}")


if __name__ == "__main__":
    main()
