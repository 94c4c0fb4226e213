/* SPDX-License-Identifier: Apache-2.0 */
/* Packed arithmetic in the spellings of dory_spelling.h: CORE-V, XpulpV2, and portable C, which computes the
 * same bits on any little-endian machine.
 */
#ifndef DORY_SIMD_H
#define DORY_SIMD_H

#include "dory_element.h"
#include "dory_spelling.h"

/* A function that all layers of a program share, however many files include it; unused ones are dropped. */
#define DORY_SHARED __attribute__((weak, noinline))

/* A word at any address; one that crosses a word's border costs the core a cycle more. */
DORY_INLINE int32_t dory_load_word(const void *address) {
#if DORY_SIMD
  int32_t word;
  __asm__("lw %0, %1" : "=r"(word) : "o"(*(const int32_t *)address));
  return word;
#else
  int32_t word;
  __builtin_memcpy(&word, address, 4);
  return word;
#endif
}

DORY_INLINE void dory_store_word(void *address, int32_t word) {
#if DORY_SIMD
  __asm__("sw %1, %0" : "=o"(*(int32_t *)address) : "r"(word));
#else
  __builtin_memcpy(address, &word, 4);
#endif
}

#if DORY_SIMD

#define DORY_OPERATION(name, mnemonic)                                                                       \
  DORY_INLINE int32_t name(int32_t a, int32_t b) {                                                           \
    int32_t result;                                                                                          \
    __asm__(mnemonic " %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));                                         \
    return result;                                                                                           \
  }
#define DORY_UPDATE(name, mnemonic)                                                                          \
  DORY_INLINE int32_t name(int32_t start, int32_t a, int32_t b) {                                            \
    __asm__(mnemonic " %0, %1, %2" : "+r"(start) : "r"(a), "r"(b));                                          \
    return start;                                                                                            \
  }
#define DORY_CONVERSION(name, instruction)                                                                   \
  DORY_INLINE int32_t name(int32_t a) {                                                                      \
    int32_t result;                                                                                          \
    __asm__(instruction : "=r"(result) : "r"(a));                                                            \
    return result;                                                                                           \
  }

#else

/* Byte or half `i` of a word, without or with its sign. */
#define DORY_BYTE(word, i)        ((int32_t)(uint8_t)((uint32_t)(word) >> 8 * (i)))
#define DORY_SIGNED_BYTE(word, i) ((int32_t)(int8_t)(uint8_t)((uint32_t)(word) >> 8 * (i)))
#define DORY_HALF(word, i)        ((int32_t)(uint16_t)((uint32_t)(word) >> 16 * (i)))
#define DORY_SIGNED_HALF(word, i) ((int32_t)(int16_t)(uint16_t)((uint32_t)(word) >> 16 * (i)))

/* Sums wrap at 32 bits as the core's do. */
DORY_INLINE int32_t dory_wrapping_sum(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

DORY_INLINE int32_t dory_four_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return (int32_t)((uint32_t)(uint8_t)a | (uint32_t)(uint8_t)b << 8 | (uint32_t)(uint8_t)c << 16 |
                   (uint32_t)(uint8_t)d << 24);
}

DORY_INLINE int32_t dory_two_halves(int32_t low, int32_t high) {
  return (int32_t)((uint32_t)(uint16_t)low | (uint32_t)(uint16_t)high << 16);
}

#define DORY_OPERATION(name, value)                                                                          \
  DORY_INLINE int32_t name(int32_t a, int32_t b) {                                                           \
    return value;                                                                                            \
  }
#define DORY_UPDATE(name, value)                                                                             \
  DORY_INLINE int32_t name(int32_t start, int32_t a, int32_t b) {                                            \
    return value;                                                                                            \
  }
#define DORY_CONVERSION(name, value)                                                                         \
  DORY_INLINE int32_t name(int32_t a) {                                                                      \
    return value;                                                                                            \
  }
#define DORY_BYTES(each)  dory_four_bytes(each(0), each(1), each(2), each(3))
#define DORY_HALVES(each) dory_two_halves(each(0), each(1))

#endif

/* Dot products of four bytes or two halves; the letters say which operand has signs. */
#if DORY_SIMD
DORY_OPERATION(dory_dot_u8u8, DORY_V "dotup.b")
DORY_OPERATION(dory_dot_u8i8, DORY_V "dotusp.b")
DORY_OPERATION(dory_dot_i8i8, DORY_V "dotsp.b")
DORY_OPERATION(dory_dot_u16u16, DORY_V "dotup.h")
DORY_OPERATION(dory_dot_u16i16, DORY_V "dotusp.h")
DORY_OPERATION(dory_dot_i16i16, DORY_V "dotsp.h")
/* The same added to `start`. */
DORY_UPDATE(dory_mac_u8u8, DORY_V "sdotup.b")
DORY_UPDATE(dory_mac_u8i8, DORY_V "sdotusp.b")
DORY_UPDATE(dory_mac_i8i8, DORY_V "sdotsp.b")
DORY_UPDATE(dory_mac_u16u16, DORY_V "sdotup.h")
DORY_UPDATE(dory_mac_u16i16, DORY_V "sdotusp.h")
DORY_UPDATE(dory_mac_i16i16, DORY_V "sdotsp.h")
#else
#define DORY_DOT4(left, right)                                                                               \
  (left(a, 0) * right(b, 0) + left(a, 1) * right(b, 1) + left(a, 2) * right(b, 2) + left(a, 3) * right(b, 3))
#define DORY_DOT2(left, right)                                                                               \
  (int32_t)((uint32_t)left(a, 0) * (uint32_t)right(b, 0) + (uint32_t)left(a, 1) * (uint32_t)right(b, 1))
DORY_OPERATION(dory_dot_u8u8, DORY_DOT4(DORY_BYTE, DORY_BYTE))
DORY_OPERATION(dory_dot_u8i8, DORY_DOT4(DORY_BYTE, DORY_SIGNED_BYTE))
DORY_OPERATION(dory_dot_i8i8, DORY_DOT4(DORY_SIGNED_BYTE, DORY_SIGNED_BYTE))
DORY_OPERATION(dory_dot_u16u16, DORY_DOT2(DORY_HALF, DORY_HALF))
DORY_OPERATION(dory_dot_u16i16, DORY_DOT2(DORY_HALF, DORY_SIGNED_HALF))
DORY_OPERATION(dory_dot_i16i16, DORY_DOT2(DORY_SIGNED_HALF, DORY_SIGNED_HALF))
DORY_UPDATE(dory_mac_u8u8, dory_wrapping_sum(start, dory_dot_u8u8(a, b)))
DORY_UPDATE(dory_mac_u8i8, dory_wrapping_sum(start, dory_dot_u8i8(a, b)))
DORY_UPDATE(dory_mac_i8i8, dory_wrapping_sum(start, dory_dot_i8i8(a, b)))
DORY_UPDATE(dory_mac_u16u16, dory_wrapping_sum(start, dory_dot_u16u16(a, b)))
DORY_UPDATE(dory_mac_u16i16, dory_wrapping_sum(start, dory_dot_u16i16(a, b)))
DORY_UPDATE(dory_mac_i16i16, dory_wrapping_sum(start, dory_dot_i16i16(a, b)))
#endif

/* start + a * b, wrapping; the high word of a 64-bit product; the sum of a and b, shifted right
 * arithmetically by `shift` bits (0...31), without and with half a unit added first. */
#if DORY_SIMD
DORY_UPDATE(dory_multiply_add, DORY_P "mac")
DORY_OPERATION(dory_high_product, "mulh")
#define dory_add_shift(a, b, shift)       dory_add_shift_in(a, b, shift)
#define dory_add_round_shift(a, b, shift) dory_add_round_shift_in(a, b, shift)
DORY_UPDATE(dory_add_shift_in, DORY_EITHER("cv.addnr", "p.addNr"))
DORY_UPDATE(dory_add_round_shift_in, DORY_EITHER("cv.addrnr", "p.addRNr"))
#else
DORY_UPDATE(dory_multiply_add, (int32_t)((uint32_t)start + (uint32_t)a * (uint32_t)b))
DORY_OPERATION(dory_high_product, (int32_t)((int64_t)a *b >> 32))
DORY_INLINE int32_t dory_add_shift(int32_t a, int32_t b, int32_t shift) {
  return dory_wrapping_sum(a, b) >> shift;
}
DORY_INLINE int32_t dory_add_round_shift(int32_t a, int32_t b, int32_t shift) {
  const int32_t half = shift > 0 ? (int32_t)(UINT32_C(1) << (shift - 1)) : 0;
  return dory_wrapping_sum(dory_wrapping_sum(a, b), half) >> shift;
}
#endif

/* The smaller and the larger number; a clipped to -b - 1...b and to 0...b; a clipped to a byte's codes. */
#if DORY_SIMD
DORY_OPERATION(dory_smaller, DORY_P "min")
DORY_OPERATION(dory_larger, DORY_P "max")
DORY_OPERATION(dory_clip_symmetric, DORY_P "clipr")
DORY_OPERATION(dory_clip_positive, DORY_P "clipur")
DORY_CONVERSION(dory_clip_u8, DORY_P "clipu %0, %1, 9")
DORY_CONVERSION(dory_clip_i8, DORY_P "clip %0, %1, 8")
#else
DORY_OPERATION(dory_smaller, a < b ? a : b)
DORY_OPERATION(dory_larger, a > b ? a : b)
DORY_OPERATION(dory_clip_symmetric, dory_larger(dory_smaller(a, b), -b - 1))
DORY_OPERATION(dory_clip_positive, dory_larger(dory_smaller(a, b), 0))
DORY_CONVERSION(dory_clip_u8, dory_larger(dory_smaller(a, 255), 0))
DORY_CONVERSION(dory_clip_i8, dory_larger(dory_smaller(a, 127), -128))
#endif

/* The larger and the smaller of each pair of bytes; sums and differences of each pair of halves, wrapping. */
#if DORY_SIMD
DORY_OPERATION(dory_larger_u8, DORY_V "maxu.b")
DORY_OPERATION(dory_larger_i8, DORY_V "max.b")
DORY_OPERATION(dory_smaller_u8, DORY_V "minu.b")
DORY_OPERATION(dory_smaller_i8, DORY_V "min.b")
DORY_OPERATION(dory_add_16, DORY_V "add.h")
DORY_OPERATION(dory_subtract_16, DORY_V "sub.h")
#else
#define DORY_EACH_LARGER_U8(i)  dory_larger(DORY_BYTE(a, i), DORY_BYTE(b, i))
#define DORY_EACH_LARGER_I8(i)  dory_larger(DORY_SIGNED_BYTE(a, i), DORY_SIGNED_BYTE(b, i))
#define DORY_EACH_SMALLER_U8(i) dory_smaller(DORY_BYTE(a, i), DORY_BYTE(b, i))
#define DORY_EACH_SMALLER_I8(i) dory_smaller(DORY_SIGNED_BYTE(a, i), DORY_SIGNED_BYTE(b, i))
#define DORY_EACH_SUM(i)        (DORY_HALF(a, i) + DORY_HALF(b, i))
#define DORY_EACH_DIFFERENCE(i) (DORY_HALF(a, i) - DORY_HALF(b, i))
DORY_OPERATION(dory_larger_u8, DORY_BYTES(DORY_EACH_LARGER_U8))
DORY_OPERATION(dory_larger_i8, DORY_BYTES(DORY_EACH_LARGER_I8))
DORY_OPERATION(dory_smaller_u8, DORY_BYTES(DORY_EACH_SMALLER_U8))
DORY_OPERATION(dory_smaller_i8, DORY_BYTES(DORY_EACH_SMALLER_I8))
DORY_OPERATION(dory_add_16, DORY_HALVES(DORY_EACH_SUM))
DORY_OPERATION(dory_subtract_16, DORY_HALVES(DORY_EACH_DIFFERENCE))
#endif

/* Byte i of the result is byte selector.b[i] & 3 of `start`, or of `a` where bit 2 of the selector is set. */
#if DORY_SIMD
DORY_UPDATE(dory_shuffle, DORY_V "shuffle2.b")
#else
#define DORY_EACH_SHUFFLED(i)                                                                                \
  (DORY_BYTE(b, i) & 4 ? DORY_BYTE(a, DORY_BYTE(b, i) & 3) : DORY_BYTE(start, DORY_BYTE(b, i) & 3))
DORY_UPDATE(dory_shuffle, DORY_BYTES(DORY_EACH_SHUFFLED))
#endif

/* The low halves of two words, `low` in the lower half of the result; the same of the high halves. */
#if DORY_SIMD
DORY_OPERATION(dory_pack_halves_in, DORY_EITHER("cv.pack", "pv.pack.h"))
#else
DORY_OPERATION(dory_pack_halves_in, dory_two_halves(b, a))
#endif
DORY_INLINE int32_t dory_pack_low_halves(int32_t low, int32_t high) {
  return dory_pack_halves_in(high, low);
}
DORY_INLINE int32_t dory_pack_high_halves(int32_t low, int32_t high) {
#if DORY_SIMD && !defined(DORY_XPULP)
  int32_t result;
  __asm__("cv.pack.h %0, %1, %2" : "=r"(result) : "r"(high), "r"(low));
  return result;
#else
  return dory_shuffle(low, high, 0x07060302);
#endif
}

/* The lowest bytes of four words, `a` in the lowest byte of the result. */
#if DORY_SIMD
DORY_UPDATE(dory_pack_low_bytes_in, DORY_V "packlo.b")
DORY_UPDATE(dory_pack_high_bytes_in, DORY_V "packhi.b")
DORY_INLINE int32_t dory_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return dory_pack_high_bytes_in(dory_pack_low_bytes_in(a, b, a), d, c);
}
#else
DORY_INLINE int32_t dory_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return dory_four_bytes(a, b, c, d);
}
#endif

#endif
