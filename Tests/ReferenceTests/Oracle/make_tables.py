#!/usr/bin/env python3
"""Writes the tables that the reference executor is tested against; needs numpy only.

The formulas are those of TensorFlow Lite's reference kernels and of gemmlowp's fixed-point library, written here in
exact rationals or on whole arrays, unlike the Swift code. Run it in its own folder; the output depends on nothing else.
"""

import json
import math
from fractions import Fraction

import numpy as np

LOW, HIGH = -(2**31), 2**31 - 1
RANDOM = np.random.default_rng(20_240_607)


def half_away(x):
    """Nearest integer, ties away from zero, of an exact rational."""
    magnitude = math.floor(abs(x) + Fraction(1, 2))
    return magnitude if x >= 0 else -magnitude


def quantize_multiplier(real):
    """A positive real as multiplier / 2^31 * 2^shift, multiplier in [2^30, 2^31)."""
    fraction, shift = math.frexp(real)
    multiplier = half_away(Fraction(fraction) * 2**31)
    return (multiplier // 2, shift + 1) if multiplier == 2**31 else (multiplier, shift)


def srdhm(a, b):
    """Saturating rounding doubling high multiply: a b / 2^31 to nearest, ties upwards."""
    return HIGH if a == b == LOW else math.floor(Fraction(a * b, 2**31) + Fraction(1, 2))


def rescaled(a, multiplier, shift):
    """MultiplyByQuantizedMultiplier with two roundings."""
    return half_away(Fraction(srdhm(a << max(shift, 0), multiplier), 2 ** max(-shift, 0)))


def multiply_table():
    """Accumulators around ties and ends, for multipliers and shifts of every size."""
    rows = []
    for shift in [-31, -24, -12, -9, -8, -5, -2, -1, 0, 1, 3, 7]:
        for multiplier in [2**30, 2**31 - 1, 1_518_500_250, int(RANDOM.integers(2**30, 2**31))]:
            largest = 2 ** (31 - max(shift, 0)) - 1
            slope = Fraction(multiplier) * Fraction(2) ** (shift - 31)
            ties = [math.floor((k + Fraction(1, 2)) / slope) for k in (-128, -7, -1, 0, 1, 90)]
            accumulators = {t + d for t in ties for d in (-1, 0, 1)} | {-largest, largest, -1, 0, 1}
            accumulators |= {int(a) for a in RANDOM.integers(-largest, largest, 12)}
            kept = sorted(a for a in accumulators if abs(a) <= largest)
            rows.append({
                "multiplier": multiplier, "shift": shift, "accumulators": kept,
                "results": [rescaled(a, multiplier, shift) for a in kept],
            })
    return rows


def fixed(real, fraction_bits):
    """A real as a raw fixed-point number."""
    return min(half_away(Fraction(real) * 2**fraction_bits), HIGH)


def multiply(a, b):
    """SaturatingRoundingDoublingHighMul on arrays."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64) + 2**30
    return product >> 31


def divide(x, exponent):
    """RoundingDivideByPOT on arrays, by its mask and threshold."""
    x = np.asarray(x, np.int64)
    mask = (1 << exponent) - 1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


def shifted(x, exponent):
    """SaturatingRoundingMultiplyByPOT to the left, on arrays."""
    return np.clip(np.asarray(x, np.int64) * 2**exponent, LOW, HIGH)


def exp_on_negative_values(a):
    """gemmlowp's exp for Q5.26 input, Q0.31 output."""
    quarter = 1 << 24
    below = a % quarter - quarter
    x = shifted(below, 5) + (1 << 28)
    x2 = multiply(x, x)
    x3, x4 = multiply(x2, x), multiply(x2, x2)
    poly = divide(multiply(divide(x4, 2) + x3, fixed(Fraction(1, 3), 31)) + x2, 1)
    constant = fixed(math.exp(-1 / 8), 31)
    result = constant + multiply(constant, x + poly)
    remainder = below - a
    for exponent in range(-2, 5):
        factor = fixed(math.exp(-(2.0**exponent)), 31)
        result = np.where((remainder >> (26 + exponent)) & 1 == 1, multiply(result, factor), result)
    return np.where(a == 0, HIGH, result)


def one_over_one_plus_x(x):
    """gemmlowp's Newton-Raphson division for one number, Q0.31 to Q0.31."""
    half = (x + HIGH + 1) // 2
    estimate = fixed(Fraction(48, 17), 29) + int(multiply(half, fixed(Fraction(-32, 17), 29)))
    for _ in range(3):
        error = 2**29 - int(multiply(half, estimate))
        estimate += int(shifted(multiply(estimate, error), 2))
    return int(shifted(estimate, 1))


def softmax(codes, multiplier, left_shift, minimum, unsigned):
    """The int8 or uint8 reference kernel for one row."""
    codes = np.asarray(codes, np.int64)
    difference = codes - codes.max()
    counted = difference >= minimum
    exponentials = exp_on_negative_values(multiply(np.where(counted, difference, 0) << left_shift, multiplier))
    total = int(divide(exponentials, 12)[counted].sum())
    bits = total.bit_length()
    scale = one_over_one_plus_x((total << (32 - bits)) - 2**31)
    zero, last = (0, 255) if unsigned else (-128, 127)
    result = np.clip(zero + divide(multiply(scale, exponentials), bits - 20 + 23), zero, last)
    return np.where(counted, result, zero)


def softmax_parameters(beta_scale):
    """multiplier, shift and least difference, as the kernel's Prepare computes them for 5 integer bits."""
    multiplier, shift = quantize_multiplier(min(beta_scale * 2**26, 2.0**31 - 1))
    return multiplier, shift, -math.floor(31 * 2.0**26 / 2.0**shift)


def softmax_table():
    """Rows of 1 to 300 channels, with equal codes, one dominant code, and scales from flat to steep."""
    rows = []
    for scale in [1 / 256, 0.0123, 0.0543, 0.13, 0.25, 0.77, 1.9, 7.0]:
        multiplier, shift, minimum = softmax_parameters(scale)
        for channels in [1, 2, 3, 10, 12, 300]:
            for unsigned in (False, True):
                zero = 0 if unsigned else -128
                spread = [1, 40, 256][len(rows) % 3]
                codes = [int(c) for c in RANDOM.integers(zero, zero + spread, channels)]
                results = softmax(codes, multiplier, shift, minimum, unsigned)
                rows.append({
                    "scale": scale, "multiplier": multiplier, "leftShift": shift, "minimumDifference": minimum,
                    "unsigned": unsigned, "inputs": codes, "outputs": [int(r) for r in results],
                })
    return rows


def average_table():
    """Sums and counts with the mean rounded half away from zero."""
    cases = [(s, n) for n in (1, 2, 3, 4, 9, 12, 49) for s in range(-3 * n - 2, 3 * n + 3)]
    return [{"sum": s, "count": n, "mean": half_away(Fraction(s, n))} for s, n in cases]


def single_table():
    """ONNX Runtime's requantization in numpy's float32: scales of every size, accumulators around ties and ends."""
    rows = []
    scales = [2.0**-5, 1.5 * 2.0**-9, 1 / 3, 0.0123, 1.7e-5, 3.3e-8, 5.5, 2.0**-90]
    for scale in [np.float32(s) for s in scales] + list(RANDOM.uniform(1e-4, 1, 8).astype(np.float32)):
        for addend in (0, 128, -3):
            ties = [int((k + 0.5) / float(scale)) for k in (-128, -127, -2, -1, 0, 1, 90, 126)]
            accumulators = {t + d for t in ties for d in (-1, 0, 1)} | {LOW, HIGH, -1, 0, 1, 2**24 + 1, 2**25 + 2}
            accumulators |= {int(a) for a in RANDOM.integers(LOW, HIGH, 12)}
            kept = sorted(a for a in accumulators if LOW <= a <= HIGH and abs(a * float(scale)) < 2.0**31 - 2**8)
            product = np.array(kept).astype(np.float32) * scale + np.float32(addend)
            fraction, exponent = math.frexp(float(scale))
            rows.append({
                "significand": int(fraction * 2**24), "exponent": 24 - exponent, "addend": addend,
                "accumulators": kept, "results": [int(r) for r in np.rint(product)],
            })
    return rows


def half_even(x):
    """Nearest integer, ties to the even one, of an exact rational."""
    return round(x)


def table_softmax_table():
    """Softmax by a table of exponentials, in exact rationals, for outputs of scale 1/256, 1/255 and 1/32768."""
    rows = []
    for scale in (0.0123, 0.11, 0.9):
        exponentials = [half_away(Fraction(math.exp(-d * scale)) * 2**30) for d in range(256)]
        for multiplier, shift, zero, low, high in (
            (2**23, 15, -128, -128, 127), (255 * 2**15, 15, 0, 0, 255), (2**23, 8, 0, -32768, 32767),
        ):
            for channels in (1, 2, 7, 100):
                codes = [int(c) for c in RANDOM.integers(-128, 128, channels)]
                terms = [exponentials[max(codes) - c] for c in codes]
                results = [half_even(Fraction(t * multiplier, sum(terms) * 2**shift)) + zero for t in terms]
                rows.append({
                    "scale": scale, "multiplier": multiplier, "shift": shift, "zeroPoint": zero, "low": low,
                    "high": high, "inputs": codes, "outputs": [min(max(r, low), high) for r in results],
                })
    return rows


def write(name, rows):
    """One row of the table per line."""
    with open(name, "w", encoding="ascii") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


write("multiply.json", multiply_table())
write("softmax.json", softmax_table())
write("average.json", average_table())
write("single.json", single_table())
write("table_softmax.json", table_softmax_table())
