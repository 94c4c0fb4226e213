# SPDX-License-Identifier: Apache-2.0
"""Samples of a network's inputs, and tensors as files and programs have them."""

import random
import re
import struct

ELEMENT = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}


def width(tensor):
    """Bits of an element and whether it has a sign."""
    kind, bits = re.fullmatch(r"(u?int)(\d+)", tensor["type"]).groups()
    return int(bits), kind == "int"


def codes(tensor, number):
    """A sample, position by position and channel by channel: noise, extremes of large areas, and mixtures."""
    height, columns, channels = tensor["shape"]
    bits, signed = width(tensor)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    draw = random.Random(f"{tensor['name']} {number}")
    patch = (1, 2, 4)[number % 3]
    values = {}
    result = []
    for row in range(height):
        for column in range(columns):
            for channel in range(channels):
                place = (row // patch, column // patch, channel)
                if place not in values:
                    values[place] = draw.choice([low, high]) if number % 3 == 1 else draw.randint(low, high)
                result.append(values[place])
    return result


def pack(values, tensor):
    """Elements as they lie in memory: every pixel from a byte of its own on, lowest bits first."""
    bits, channels = width(tensor)[0], tensor["shape"][2]
    if bits == 8:
        return bytes(value & 255 for value in values)
    if bits > 8:
        return b"".join((value & (1 << bits) - 1).to_bytes(bits // 8, "little") for value in values)
    packed = bytearray()
    for start in range(0, len(values), channels):
        pixel = sum((v & (1 << bits) - 1) << i * bits for i, v in enumerate(values[start : start + channels]))
        packed += pixel.to_bytes((channels * bits + 7) // 8, "little")
    return bytes(packed)


def reordered(values, shape, forward):
    """Between the order height, width, channels and the order channels, height, width."""
    height, columns, channels = shape
    area = height * columns
    places = [channel * area + position for position in range(area) for channel in range(channels)]
    if forward:
        return [values[place] for place in places]
    result = [0] * len(values)
    for value, place in zip(values, places):
        result[place] = value
    return result


def write_npy(path, samples, tensor, channels_first):
    height, columns, channels = tensor["shape"]
    bits, signed = width(tensor)
    kind = ("i" if signed else "u") + str(max(bits, 8) // 8)
    shape = (len(samples), channels, height, columns) if channels_first else (len(samples), height, columns, channels)
    header = repr({"descr": f"{'|' if bits <= 8 else '<'}{kind}", "fortran_order": False, "shape": shape})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    ordered = [reordered(s, tensor["shape"], False) if channels_first else s for s in samples]
    body = b"".join(struct.pack(f"<{len(s)}{ELEMENT[kind]}", *s) for s in ordered)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body)


def read_npy(path, count, tensor, channels_first):
    """The `count` samples of a file, in the order height, width, channels."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    kind = re.search(r"'descr': '[<|]([iu]\d)'", data[10 : 10 + length].decode()).group(1)
    values = struct.unpack(f"<{(len(data) - 10 - length) // int(kind[1])}{ELEMENT[kind]}", data[10 + length :])
    each = len(values) // count
    samples = [values[start : start + each] for start in range(0, len(values), each)]
    return [reordered(s, tensor["shape"], True) if channels_first else list(s) for s in samples]
