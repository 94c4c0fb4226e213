/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 3x3 window, stride 1, by hand.
 *
 * Four pixels of an input row are loaded two channels at a time and transposed to one word a channel. The
 * words of the last two rows stay in registers, so that a row costs 4 loads, 4 shuffles, 12 dot products, the
 * requantization of 4 sums and 4 stores: 36 cycles for 36 products. Columns 0 and 1 have the same weights,
 * for column 1 shifted by a byte. Sums are requantized in the order a, b, b, a, so that one pointer with one
 * step down serves input and output, and what a channel has in memory is loaded once a row. */
#ifndef DORY_COLUMNS_3X3_H
#define DORY_COLUMNS_3X3_H

#include "dory_columns_pairs.h"

#if DORY_SIMD

/* The weights of kernel rows 0, 1 and 2 for column 0, then those for column 1. */
#define DORY_C3_WEIGHTS_A "s2", "s3", "s4", "s5", "s6", "s7"
#define DORY_C3_WEIGHTS_B "s8", "s9", "s10", "s11", "t3", "t4"
/* Words of two rows, channels a and b: older and newer, and the other way round. */
#define DORY_C3_ROW_PAIR_A "t0", "t1", "t2", "s0"
#define DORY_C3_ROW_PAIR_B "t2", "s0", "t0", "t1"
/* Pixels 0 and 1, then 2 and 3 of a new row; the sums of columns 0 and 1. */
#define DORY_C3_PIXELS_01 "s1"
#define DORY_C3_PIXELS_23 "gp"
#define DORY_C3_SUM_0     "ra"
#define DORY_C3_SUM_1     "tp"

/* clang-format off */
/* The selector of shuffles, byte 0 of two words, then byte 1, in a4. It is negative where rows are odd: shuffles
 * look at the low three bits of each byte. */
#define DORY_C3_BEGIN                                                                                        \
  DORY_CP_GET("s0", "odd_row")                                                                               \
  "lui a4, 0x5010\naddi a4, a4, 0x400\nslli s0, s0, 31\nor a4, a4, s0\n"
#define DORY_C3_ODD "bltz a4, 6f\n"
#define DORY_C3_WEIGHTS                                                                                      \
  "lw s2, 0(ra)\nlw s8, 4(ra)\nlw s3, 16(ra)\nlw s9, 20(ra)\nlw s4, 32(ra)\nlw s10, 36(ra)\n"                \
  "slli s5, s2, 8\nslli s6, s3, 8\nslli s7, s4, 8\nslli s11, s8, 8\nslli t3, s9, 8\nslli t4, s10, 8\n"

/* Loads four pixels of a row; for each two of them channel a of both, then channel b. */
#define DORY_C3_LOAD                                                                                         \
  DORY_MOVE_NEXT("lhu", DORY_C3_PIXELS_01, "a0", "a2")                                                           \
  DORY_MOVE_NEXT("lhu", DORY_C3_SUM_0, "a0", "a2")                                                           \
  DORY_MOVE_NEXT("lhu", DORY_C3_PIXELS_23, "a0", "a2")                                                           \
  DORY_MOVE_NEXT("lhu", DORY_C3_SUM_1, "a0", "a3")                                                           \
  DORY_CP_OF(DORY_V "shuffle2.b", DORY_C3_PIXELS_01, DORY_C3_SUM_0, "a4")                                        \
  DORY_CP_OF(DORY_V "shuffle2.b", DORY_C3_PIXELS_23, DORY_C3_SUM_1, "a4")
/* The row's word of channel a or b. */
#define DORY_C3_WORD_A(word) DORY_CP_LOWER(word, DORY_C3_PIXELS_23, DORY_C3_PIXELS_01)
#define DORY_C3_WORD_B(word) DORY_CP_UPPER(word, DORY_C3_PIXELS_23, DORY_C3_PIXELS_01)
#define DORY_C3_LEAD                                                                                         \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_WORD_A("t0")                                                                                       \
  DORY_C3_WORD_B("t1")                                                                                       \
  DORY_C3_LOAD                                                                                               \
  DORY_CP_GET("ra", "row_pairs")                                                                             \
  DORY_C3_WORD_A("t2")                                                                                       \
  DORY_C3_WORD_B("s0")
#define DORY_C3_COUNT "ra"

/* Both sums of a channel; the word of the oldest row makes place for that of the new row. */
#define DORY_C3_SUMS(DOT, WORD, old, middle, weights) DORY_C3_SUMS_(DOT, WORD, old, middle, weights)
#define DORY_C3_SUMS_(DOT, WORD, old, middle, w0, w1, w2, v0, v1, v2)                                        \
  DORY_CP_OF(DORY_V DOT, DORY_C3_SUM_0, old, w0)                                                             \
  DORY_CP_OF(DORY_V DOT, DORY_C3_SUM_1, old, v0)                                                             \
  WORD(old)                                                                                                  \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C3_SUM_0, middle, w1)                                                      \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C3_SUM_1, middle, v1)                                                      \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C3_SUM_0, old, w2)                                                         \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C3_SUM_1, old, v2)

/* A form: what it does to the sums of channel a or b, where it leaves the codes, how it turns to the words of
 * channel a or b, how it begins a pair, and how many instructions it adds to a row of DORY_RQ32P. */
#define DORY_C3_RQ32P_A DORY_CP_ONE(DORY_C3_SUM_0, DORY_C3_SUM_1, "t5", "t6", "t6")
#define DORY_C3_RQ32P_B DORY_CP_ONE(DORY_C3_SUM_0, DORY_C3_SUM_1, "a6", "a7", "a7")
#define DORY_C3_RQ32P_CODES DORY_C3_SUM_0, DORY_C3_SUM_1
#define DORY_C3_RQ32P_TO(c)
#define DORY_C3_RQ32P_BEGIN "lw t5, 48(ra)\nlw a6, 52(ra)\nlw t6, 64(ra)\nlw a7, 68(ra)\n"
#define DORY_C3_RQ32P_WORDS "0"

#define DORY_C3_RQ32_A DORY_CP_ONE(DORY_C3_SUM_0, DORY_C3_SUM_1, "t5", "t6", "a5")
#define DORY_C3_RQ32_B DORY_CP_ONE(DORY_C3_SUM_0, DORY_C3_SUM_1, "a6", "a7", "a5")
#define DORY_C3_RQ32_CODES DORY_C3_SUM_0, DORY_C3_SUM_1
#define DORY_C3_RQ32_TO(c) DORY_CP_GET_WORD("a5", c, "0")
#define DORY_C3_RQ32_BEGIN                                                                                   \
  DORY_C3_RQ32P_BEGIN                                                                                        \
  "lw a5, 80(ra)\nlw s1, 84(ra)\n"                                                                           \
  DORY_CP_PUT_WORD("a5", "a", "0")                                                                           \
  DORY_CP_PUT_WORD("s1", "b", "0")
#define DORY_C3_RQ32_WORDS "1"

#define DORY_C3_RQ32L_A DORY_CP_LIMITED(DORY_C3_SUM_0, DORY_C3_SUM_1, "t5", "t6", "a5")
#define DORY_C3_RQ32L_B DORY_CP_LIMITED(DORY_C3_SUM_0, DORY_C3_SUM_1, "a6", "a7", "a5")
#define DORY_C3_RQ32L_CODES DORY_C3_SUM_0, DORY_C3_SUM_1
#define DORY_C3_RQ32L_TO DORY_C3_RQ32_TO
#define DORY_C3_RQ32L_BEGIN DORY_C3_RQ32_BEGIN
#define DORY_C3_RQ32L_WORDS "5"

#define DORY_C3_RQ32D_A DORY_CP_BOTH_TWO("a5", DORY_C3_SUM_0, DORY_C3_SUM_1, "t5", "t6", "a6", "a7")
#define DORY_C3_RQ32D_B DORY_C3_RQ32D_A
#define DORY_C3_RQ32D_CODES "a5", DORY_C3_SUM_0
#define DORY_C3_RQ32D_TO(c)                                                                                  \
  DORY_CP_GET_WORD("t5", c, "0")                                                                             \
  DORY_CP_GET_WORD("t6", c, "4")                                                                             \
  DORY_CP_GET_WORD("a6", c, "8")                                                                             \
  DORY_CP_GET_WORD("a7", c, "12")
#define DORY_C3_RQ32D_PUT(c)                                                                                 \
  DORY_CP_PUT_WORD("t5", c, "0")                                                                             \
  DORY_CP_PUT_WORD("t6", c, "4")                                                                             \
  DORY_CP_PUT_WORD("a6", c, "8")                                                                             \
  DORY_CP_PUT_WORD("a7", c, "12")
#define DORY_C3_RQ32D_BEGIN                                                                                  \
  "lw t5, 52(ra)\nlw t6, 68(ra)\nlw a6, 84(ra)\nlw a7, 100(ra)\n"                                            \
  DORY_C3_RQ32D_PUT("b")                                                                                     \
  "lw t5, 48(ra)\nlw t6, 64(ra)\nlw a6, 80(ra)\nlw a7, 96(ra)\n"                                             \
  DORY_C3_RQ32D_PUT("a")
#define DORY_C3_RQ32D_WORDS "12"

/* Stores the first channel's codes of a row, `other` leads to the second one; stores those and goes down. */
#define DORY_C3_STORE(other, s, t)                                                                           \
  DORY_MOVE_AT("sb", t, "a2", "a1")                                                                          \
  DORY_MOVE_NEXT("sb", s, "a1", other)
#define DORY_C3_STORE_DOWN(end, s, t)                                                                        \
  DORY_MOVE_NEXT("sb", s, "a1", "a2")                                                                        \
  end DORY_MOVE_NEXT("sb", t, "a1", "a3")

/* A row of both channels, a first; the next row, b first. */
#define DORY_C3_ROW_A(DOT, FORM, CLIP, old_a, old_b, middle_a, middle_b)                                     \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_A, old_a, middle_a, DORY_C3_WEIGHTS_A)                                      \
  FORM##_A                                                                                                   \
  DORY_CP_CALL(CLIP, FORM##_CODES)                                                                           \
  FORM##_TO("b")                                                                                             \
  DORY_CP_CALL(DORY_C3_STORE, "1", FORM##_CODES)                                                             \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_B, old_b, middle_b, DORY_C3_WEIGHTS_B)                                      \
  FORM##_B                                                                                                   \
  DORY_CP_CALL(CLIP, FORM##_CODES)                                                                           \
  DORY_CP_CALL(DORY_C3_STORE_DOWN, "", FORM##_CODES)
#define DORY_C3_ROW_B(DOT, FORM, CLIP, old_a, old_b, middle_a, middle_b)                                     \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_B, old_b, middle_b, DORY_C3_WEIGHTS_B)                                      \
  FORM##_B                                                                                                   \
  DORY_CP_CALL(CLIP, FORM##_CODES)                                                                           \
  FORM##_TO("a")                                                                                             \
  DORY_CP_CALL(DORY_C3_STORE, "-1", FORM##_CODES)                                                            \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_A, old_a, middle_a, DORY_C3_WEIGHTS_A)                                      \
  FORM##_A                                                                                                   \
  DORY_CP_CALL(CLIP, FORM##_CODES)                                                                           \
  DORY_CP_CALL(DORY_C3_STORE_DOWN, DORY_LOOP_LAST("1"), FORM##_CODES)
#define DORY_C3_WORDS "36"
#define DORY_C3_ROWS(DOT, FORM, CLIP)                                                                        \
  DORY_CP_ROW(DORY_C3_ROW_A, DOT, FORM, CLIP, DORY_C3_ROW_PAIR_A)                                                  \
  DORY_CP_ROW(DORY_C3_ROW_B, DOT, FORM, CLIP, DORY_C3_ROW_PAIR_B)
#define DORY_C3_LAST(DOT, FORM, CLIP)                                                                        \
  DORY_CP_ROW(DORY_C3_ROW_A, DOT, FORM, CLIP, DORY_C3_ROW_PAIR_A)                                                  \
  FORM##_TO("a")
/* clang-format on */

DORY_CP_ALL(dory_columns_3x3, 1, DORY_C3)

#endif
#endif
