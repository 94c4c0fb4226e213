/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 3x3 window, stride 2, by hand.
 *
 * Five pixels of an input row become four words: channels a and b for column 0, then for column 1, which
 * starts two pixels later. The words of a row that two output rows share stay in registers; an output row
 * reads two more rows: 50 cycles for 36 products. */
#ifndef DORY_COLUMNS_STRIDE2_H
#define DORY_COLUMNS_STRIDE2_H

#include "dory_columns_3x3.h"

#if DORY_SIMD

/* Weights of kernel rows 0, 1 and 2. */
#define DORY_C2_WEIGHTS_A "s2", "s3", "s4"
#define DORY_C2_WEIGHTS_B "s5", "s6", "s7"
/* Five registers for a row of pixels, which end as words a0, b0, a1, b1 in the order 1, 3, 0, 2. */
#define DORY_C2_X     "t0", "t1", "t2", "t3", "t4"
#define DORY_C2_Y     "s0", "s1", "ra", "gp", "tp"
#define DORY_C2_PAIRS "s9"  /* selector: byte 0 of two words, then byte 1 */
#define DORY_C2_THREE "s10" /* selector: upper half of one word, byte 1 of the other */

/* clang-format off */
#define DORY_C2_BEGIN                                                                                        \
  DORY_CP_GET("s11", "down_output")                                                                          \
  "lui s9, 0x5010\naddi s9, s9, 0x400\nlui s10, 0x50\naddi s10, s10, 0x302\n"
#define DORY_C2_WEIGHTS                                                                                      \
  "lw s2, 0(ra)\nlw s5, 4(ra)\nlw s3, 16(ra)\nlw s6, 20(ra)\nlw s4, 32(ra)\nlw s7, 36(ra)\n"
#define DORY_C2_ODD DORY_CP_GET("s1", "odd_row") "bnez s1, 6f\n"

#define DORY_C2_LOAD(r0, r1, r2, r3, r4)                                                                     \
  DORY_MOVE_NEXT("lhu", r0, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r1, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r2, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r3, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r4, "a0", "a3")                                                                      \
  DORY_CP_OF(DORY_V "shuffle2.b", r0, r1, DORY_C2_PAIRS)                                                     \
  DORY_CP_OF(DORY_V "shuffle2.b", r2, r3, DORY_C2_PAIRS)                                                     \
  DORY_CP_LOWER(r1, r2, r0)                                                                                  \
  DORY_CP_UPPER(r3, r2, r0)                                                                                  \
  DORY_CP_LOWER(r0, r4, r2)                                                                                  \
  DORY_CP_OF(DORY_V "shuffle2.b", r2, r4, DORY_C2_THREE)

/* The sums of a channel begin in the words of an output row's first input row, k0 and k1; n are words of the
 * next input row. */
#define DORY_C2_START(DOT, k0, k1, n0, n1, w0, w1, w2)                                                       \
  DORY_CP_OF(DORY_V DOT, k0, k0, w0)                                                                         \
  DORY_CP_OF(DORY_V DOT, k1, k1, w0)                                                                         \
  DORY_CP_OF(DORY_V "s" DOT, k0, n0, w1)                                                                     \
  DORY_CP_OF(DORY_V "s" DOT, k1, n1, w1)
#define DORY_C2_END(DOT, k0, k1, n0, n1, w0, w1, w2)                                                         \
  DORY_CP_OF(DORY_V "s" DOT, k0, n0, w2)                                                                     \
  DORY_CP_OF(DORY_V "s" DOT, k1, n1, w2)

#define DORY_C2_LEAD                                                                                         \
  DORY_CP_GET("s0", "row_pairs")                                                                             \
  DORY_CP_CALL(DORY_C2_LOAD, DORY_C2_X)
#define DORY_C2_COUNT "s0"

/* The sums of a channel begin in the words of an output row's first input row, k0 and k1; n are words of the
 * next input row. */
#define DORY_C2_START(DOT, k0, k1, n0, n1, w0, w1, w2)                                                       \
  DORY_CP_OF(DORY_V DOT, k0, k0, w0)                                                                         \
  DORY_CP_OF(DORY_V DOT, k1, k1, w0)                                                                         \
  DORY_CP_OF(DORY_V "s" DOT, k0, n0, w1)                                                                     \
  DORY_CP_OF(DORY_V "s" DOT, k1, n1, w1)
#define DORY_C2_END(DOT, k0, k1, n0, n1, w0, w1, w2)                                                         \
  DORY_CP_OF(DORY_V "s" DOT, k0, n0, w2)                                                                     \
  DORY_CP_OF(DORY_V "s" DOT, k1, n1, w2)

/* A form: what it does to the sums of channels a and b with some free registers, where it leaves the codes, how
 * it begins a pair, and how many instructions it adds to a row of DORY_RQ32P. */
#define DORY_C2_RQ32P_A(s, t, free) DORY_CP_ONE(s, t, "t5", "t6", "t6")
#define DORY_C2_RQ32P_B(s, t, free, other) DORY_CP_ONE(s, t, "a6", "a7", "a7")
#define DORY_C2_RQ32P_CODES(s, t, free) s, t
#define DORY_C2_RQ32P_BEGIN DORY_C3_RQ32P_BEGIN
#define DORY_C2_RQ32P_WORDS "0"

#define DORY_C2_RQ32_A(s, t, free) DORY_CP_ONE(s, t, "t5", "t6", "a5")
#define DORY_C2_RQ32_B(s, t, free, other) DORY_CP_ONE(s, t, "a6", "a7", "a4")
#define DORY_C2_RQ32_CODES(s, t, free) s, t
#define DORY_C2_RQ32_BEGIN DORY_C3_RQ32P_BEGIN "lw a5, 80(ra)\nlw a4, 84(ra)\n"
#define DORY_C2_RQ32_WORDS "0"

#define DORY_C2_RQ32L_A(s, t, free) DORY_CP_LIMITED(s, t, "t5", "t6", "a5")
#define DORY_C2_RQ32L_B(s, t, free, other) DORY_CP_LIMITED(s, t, "a6", "a7", "a4")
#define DORY_C2_RQ32L_CODES(s, t, free) s, t
#define DORY_C2_RQ32L_BEGIN DORY_C2_RQ32_BEGIN
#define DORY_C2_RQ32L_WORDS "4"

/* The last word of channel b is loaded. */
#define DORY_C2_RQ32D_A(s, t, free) DORY_CP_BOTH_TWO(free, s, t, "t5", "t6", "a4", "a5")
#define DORY_C2_RQ32D_B(s, t, free, other)                                                                   \
  DORY_CP_GET_WORD(other, "b", "12")                                                                         \
  DORY_CP_BOTH_TWO(free, s, t, "a6", "a7", "s8", other)
#define DORY_C2_RQ32D_CODES(s, t, free) free, s
#define DORY_C2_RQ32D_BEGIN                                                                                  \
  DORY_C3_RQ32P_BEGIN                                                                                        \
  "lw a4, 80(ra)\nlw s8, 84(ra)\nlw a5, 96(ra)\nlw s1, 100(ra)\n"                                           \
  DORY_CP_PUT_WORD("s1", "b", "12")
#define DORY_C2_RQ32D_WORDS "9"

/* Two codes of channel a and two of channel b. */
#define DORY_C2_STORE_A(s, t) DORY_MOVE_AT("sb", t, "a2", "a1") DORY_MOVE_NEXT("sb", s, "a1", "1")
#define DORY_C2_STORE_B(end, s, t)                                                                           \
  DORY_MOVE_NEXT("sb", s, "a1", "a2")                                                                        \
  end DORY_MOVE_NEXT("sb", t, "a1", "s11")

/* An output row from the words k of its first input row to the words n of its last one. */
#define DORY_C2_ROW(DOT, FORM, CLIP, end, k0, k1, k2, k3, k4, n0, n1, n2, n3, n4)                            \
  DORY_C2_LOAD(n0, n1, n2, n3, n4)                                                                           \
  DORY_CP_CALL(DORY_C2_START, DOT, k1, k0, n1, n0, DORY_C2_WEIGHTS_A)                                        \
  DORY_CP_CALL(DORY_C2_START, DOT, k3, k2, n3, n2, DORY_C2_WEIGHTS_B)                                        \
  DORY_C2_LOAD(n0, n1, n2, n3, n4)                                                                           \
  DORY_CP_CALL(DORY_C2_END, DOT, k1, k0, n1, n0, DORY_C2_WEIGHTS_A)                                          \
  DORY_CP_CALL(DORY_C2_END, DOT, k3, k2, n3, n2, DORY_C2_WEIGHTS_B)                                          \
  FORM##_A(k1, k0, k4)                                                                                       \
  DORY_CP_CALL(CLIP, FORM##_CODES(k1, k0, k4))                                                               \
  DORY_CP_CALL(DORY_C2_STORE_A, FORM##_CODES(k1, k0, k4))                                                    \
  FORM##_B(k3, k2, k0, n4)                                                                                   \
  DORY_CP_CALL(CLIP, FORM##_CODES(k3, k2, k0))                                                               \
  DORY_CP_CALL(DORY_C2_STORE_B, end, FORM##_CODES(k3, k2, k0))
#define DORY_C2_WORDS "50"
#define DORY_C2_ROWS(DOT, FORM, CLIP)                                                                        \
  DORY_CP_ROW(DORY_C2_ROW, DOT, FORM, CLIP, "", DORY_C2_X, DORY_C2_Y)                                        \
  DORY_CP_ROW(DORY_C2_ROW, DOT, FORM, CLIP, DORY_LOOP_LAST("1"), DORY_C2_Y, DORY_C2_X)
#define DORY_C2_LAST(DOT, FORM, CLIP) DORY_CP_ROW(DORY_C2_ROW, DOT, FORM, CLIP, "", DORY_C2_X, DORY_C2_Y)
/* clang-format on */

DORY_CP_ALL(dory_columns_stride2, 2, DORY_C2)

#endif
#endif
