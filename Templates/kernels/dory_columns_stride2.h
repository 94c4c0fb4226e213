/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 3x3 window, stride 2, by hand: two channels (a and b) and two output columns
 * at a time, row after row downwards.
 *
 * Five pixels of an input row become four words: channels a and b for column 0, then for column 1, which
 * starts two pixels later. The words of a row that two output rows share stay in registers; an output row
 * reads two more rows: 50 cycles for 36 products. Else everything is as in dory_columns_3x3.h. */
#ifndef DORY_COLUMNS_STRIDE2_H
#define DORY_COLUMNS_STRIDE2_H

#include "dory_columns_3x3.h"

#if DORY_SIMD

/* What the strips of some pairs of channels are computed from; distances are in bytes. */
typedef struct {
  const uint8_t *input; /* channel a of the first pair in the corner of the first strip */
  uint8_t *output;
  const int32_t *weights; /* of channel a; those of channel b lie behind each of them */
  int32_t pixel;          /* from pixel to pixel */
  int32_t down_input;     /* from the fifth pixel of a row to the next row */
  int32_t down_output;    /* from channel b of the second pixel of a row to channel a in the next row */
  int32_t row_pairs, odd_row;
  int32_t next_input, next_output; /* from behind the last row of a strip to the next strip */
  int32_t span, all;               /* as in dory_columns_3x3_t */
  int32_t pair_input, pair_output; /* from behind the last strip to the next pair */
  int32_t constants;
  int32_t pairs;
  const uint8_t *end, *last;
  int32_t extra_a[2], extra_b[2];
  int32_t gp, tp;
} dory_columns_stride2_t;

/* Weights of kernel rows 0, 1 and 2; multiplier, offset and shift. */
#define DORY_C2_WEIGHTS_A "s2", "s3", "s4"
#define DORY_C2_WEIGHTS_B "s5", "s6", "s7"
#define DORY_C2_SCALE_A   "t5", "t6", "a5"
#define DORY_C2_SCALE_B   "a6", "a7", "a4"
#define DORY_C2_EXTRA     "s8"
/* Five registers for a row of pixels, which end as words a0, b0, a1, b1 in the order 1, 3, 0, 2. */
#define DORY_C2_X               "t0", "t1", "t2", "t3", "t4"
#define DORY_C2_Y               "s0", "s1", "ra", "gp", "tp"
#define DORY_C2_PAIRS           "s9"  /* selector: byte 0 of two words, then byte 1 */
#define DORY_C2_THREE           "s10" /* selector: upper half of one word, byte 1 of the other */
#define DORY_C2_CALL(text, ...) text(__VA_ARGS__)
#define DORY_C2_ROW_(text, ...) text(__VA_ARGS__)

/* clang-format off */
#define DORY_C2_LOAD(r0, r1, r2, r3, r4)                                                                     \
  DORY_MOVE_NEXT("lhu", r0, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r1, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r2, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r3, "a0", "a2")                                                                      \
  DORY_MOVE_NEXT("lhu", r4, "a0", "a3")                                                                      \
  DORY_C3_OF(DORY_V "shuffle2.b", r0, r1, DORY_C2_PAIRS)                                                     \
  DORY_C3_OF(DORY_V "shuffle2.b", r2, r3, DORY_C2_PAIRS)                                                     \
  DORY_C3_OF(DORY_EITHER("cv.pack", "pv.pack.h"), r1, r2, r0)                                                \
  DORY_EITHER(DORY_C3_OF("cv.pack.h", r3, r2, r0),                                                           \
              DORY_C3_SWAP(r0)                                                                               \
              DORY_C3_SWAP(r2)                                                                               \
              DORY_C3_OF("pv.pack.h", r3, r2, r0)                                                            \
              DORY_C3_SWAP(r2))                                                                              \
  DORY_C3_OF(DORY_EITHER("cv.pack", "pv.pack.h"), r0, r4, r2)                                                \
  DORY_C3_OF(DORY_V "shuffle2.b", r2, r4, DORY_C2_THREE)

/* The sums of a channel begin in the words of an output row's first input row, k0 and k1; n are words of the
 * next input row. */
#define DORY_C2_START(DOT, k0, k1, n0, n1, w0, w1, w2)                                                       \
  DORY_C3_OF(DORY_V DOT, k0, k0, w0)                                                                         \
  DORY_C3_OF(DORY_V DOT, k1, k1, w0)                                                                         \
  DORY_C3_OF(DORY_V "s" DOT, k0, n0, w1)                                                                     \
  DORY_C3_OF(DORY_V "s" DOT, k1, n1, w1)
#define DORY_C2_END(DOT, k0, k1, n0, n1, w0, w1, w2)                                                         \
  DORY_C3_OF(DORY_V "s" DOT, k0, n0, w2)                                                                     \
  DORY_C3_OF(DORY_V "s" DOT, k1, n1, w2)

#define DORY_C2_BOTH(operation, s0, s1, r)                                                                   \
  DORY_C3_OF(operation, s0, s0, r)                                                                           \
  DORY_C3_OF(operation, s1, s1, r)
#define DORY_C2_SCALE(operation, s0, s1, multiplier, offset, shift)                                          \
  DORY_C2_BOTH(operation, s0, s1, multiplier)                                                                \
  DORY_C3_OF(DORY_EITHER("cv.addnr", "p.addNr"), s0, offset, shift)                                          \
  DORY_C3_OF(DORY_EITHER("cv.addnr", "p.addNr"), s1, offset, shift)
#define DORY_C2_RQ32(c, s0, s1, multiplier, offset, shift)                                                   \
  DORY_C2_SCALE("mul", s0, s1, multiplier, offset, shift)
#define DORY_C2_RQ32_WORDS "8"
#define DORY_C2_RQ32C(c, s0, s1, multiplier, offset, shift)                                                  \
  DORY_C3_GET(DORY_C2_EXTRA, "extra_" c)                                                                     \
  DORY_C2_BOTH(DORY_P "max", s0, s1, DORY_C2_EXTRA)                                                          \
  DORY_C3_GET_SECOND(DORY_C2_EXTRA, "extra_" c)                                                              \
  DORY_C2_BOTH(DORY_P "min", s0, s1, DORY_C2_EXTRA)                                                          \
  DORY_C2_SCALE("mul", s0, s1, multiplier, offset, shift)
#define DORY_C2_RQ32C_WORDS "20"
#define DORY_C2_LIMITED(c, s0, s1, multiplier, offset, shift)                                                \
  DORY_C2_BOTH(DORY_P "clipr", s0, s1, shift)                                                                \
  DORY_C2_SCALE("mul", s0, s1, multiplier, offset, shift)
#define DORY_C2_LIMITED_WORDS "12"
#define DORY_C2_RQH(c, s0, s1, multiplier, offset, shift)                                                    \
  DORY_C3_GET(DORY_C2_EXTRA, "extra_" c)                                                                     \
  DORY_C2_BOTH("add", s0, s1, DORY_C2_EXTRA)                                                                 \
  DORY_C3_GET_SECOND(DORY_C2_EXTRA, "extra_" c)                                                              \
  DORY_C2_BOTH("sll", s0, s1, DORY_C2_EXTRA)                                                                 \
  DORY_C2_SCALE("mulh", s0, s1, multiplier, offset, shift)
#define DORY_C2_RQH_WORDS "20"

#define DORY_C2_TO_U8(s0, s1)                                                                                \
  DORY_P "clipu " s0 ", " s0 ", 9\n"                                                                         \
  DORY_P "clipu " s1 ", " s1 ", 9\n"
#define DORY_C2_TO_U8_WORDS "4"
#define DORY_C2_TO_I8(s0, s1)                                                                                \
  DORY_P "clip " s0 ", " s0 ", 8\n"                                                                          \
  DORY_P "clip " s1 ", " s1 ", 8\n"
#define DORY_C2_TO_I8_WORDS "4"

/* An output row from the words k of its first input row to the words n of its last one. */
#define DORY_C2_ROW(DOT, FORM, CLIP, end, k0, k1, k2, k3, k4, n0, n1, n2, n3, n4)                            \
  DORY_C2_LOAD(n0, n1, n2, n3, n4)                                                                           \
  DORY_C2_CALL(DORY_C2_START, DOT, k1, k0, n1, n0, DORY_C2_WEIGHTS_A)                                        \
  DORY_C2_CALL(DORY_C2_START, DOT, k3, k2, n3, n2, DORY_C2_WEIGHTS_B)                                        \
  DORY_C2_LOAD(n0, n1, n2, n3, n4)                                                                           \
  DORY_C2_CALL(DORY_C2_END, DOT, k1, k0, n1, n0, DORY_C2_WEIGHTS_A)                                          \
  DORY_C2_CALL(DORY_C2_END, DOT, k3, k2, n3, n2, DORY_C2_WEIGHTS_B)                                          \
  DORY_C2_CALL(FORM, "a", k1, k0, DORY_C2_SCALE_A)                                                           \
  CLIP(k1, k0)                                                                                               \
  DORY_C2_CALL(FORM, "b", k3, k2, DORY_C2_SCALE_B)                                                           \
  CLIP(k3, k2)                                                                                               \
  DORY_MOVE_AT("sb", k0, "a2", "a1")                                                                         \
  DORY_MOVE_NEXT("sb", k1, "a1", "1")                                                                        \
  DORY_MOVE_NEXT("sb", k3, "a1", "a2")                                                                       \
  end DORY_MOVE_NEXT("sb", k2, "a1", "s11")
#define DORY_C2_ROW_WORDS(FORM, CLIP) "(38+" FORM##_WORDS "+" CLIP##_WORDS ")"

#define DORY_C2_STRIPS(DOT, FORM, CLIP)                                                                      \
  DORY_WORDS_BEGIN                                                                                           \
  "sw gp, %[gp]\n"                                                                                           \
  "sw tp, %[tp]\n"                                                                                           \
  DORY_C3_GET("a0", "input")                                                                                 \
  DORY_C3_GET("a1", "output")                                                                                \
  DORY_C3_GET("a2", "pixel")                                                                                 \
  DORY_C3_GET("a3", "down_input")                                                                            \
  DORY_C3_GET("s11", "down_output")                                                                          \
  "lui s9, 0x5010\naddi s9, s9, 0x400\nlui s10, 0x50\naddi s10, s10, 0x302\n"                                \
  "2:\n"                                                                                                     \
  DORY_C3_GET("ra", "weights")                                                                               \
  "lw s2, 0(ra)\nlw s5, 4(ra)\nlw s3, 16(ra)\nlw s6, 20(ra)\nlw s4, 32(ra)\nlw s7, 36(ra)\n"                 \
  FORM##_BEGIN                                                                                               \
  DORY_C3_GET("s1", "constants")                                                                             \
  DORY_C3_GET("gp", "span")                                                                                  \
  DORY_C3_GET("tp", "all")                                                                                   \
  "add ra, ra, s1\nadd gp, gp, a0\nadd tp, tp, a0\n"                                                         \
  "sw ra, %[weights]\nsw gp, %[end]\nsw tp, %[last]\n"                                                       \
  "3:\n"                                                                                                     \
  DORY_C3_GET("s0", "row_pairs")                                                                             \
  DORY_C2_CALL(DORY_C2_LOAD, DORY_C2_X)                                                                      \
  "beqz s0, 4f\n"                                                                                            \
  DORY_LOOP0("s0", "(2*" DORY_C2_ROW_WORDS(FORM, CLIP) ")", "1")                                             \
  DORY_C2_ROW_(DORY_C2_ROW, DOT, FORM, CLIP, "", DORY_C2_X, DORY_C2_Y)                                       \
  DORY_C2_ROW_(DORY_C2_ROW, DOT, FORM, CLIP, DORY_LOOP_LAST("1"), DORY_C2_Y, DORY_C2_X)                      \
  "4:\n"                                                                                                     \
  DORY_C3_GET("s1", "odd_row")                                                                               \
  "bnez s1, 6f\n"                                                                                            \
  DORY_C3_NEXT_STRIP                                                                                         \
  "5:\n"                                                                                                     \
  DORY_C3_GET("s1", "last")                                                                                  \
  DORY_C3_GET("ra", "pair_input")                                                                            \
  DORY_C3_GET("gp", "pair_output")                                                                           \
  DORY_C3_GET("tp", "pairs")                                                                                 \
  "bne a0, s1, 7f\n"                                                                                         \
  "addi tp, tp, -1\n"                                                                                        \
  "add a0, a0, ra\n"                                                                                         \
  "add a1, a1, gp\n"                                                                                         \
  "sw tp, %[pairs]\n"                                                                                        \
  "bnez tp, 2b\n"                                                                                            \
  "j 8f\n"                                                                                                   \
  "6:\n"                                                                                                     \
  DORY_C2_ROW_(DORY_C2_ROW, DOT, FORM, CLIP, "", DORY_C2_X, DORY_C2_Y)                                       \
  DORY_C3_NEXT_STRIP                                                                                         \
  "j 5b\n"                                                                                                   \
  "7:\n"                                                                                                     \
  "sw s1, %[end]\n"                                                                                          \
  "sub a0, a0, a2\n"                                                                                         \
  "sub a0, a0, a2\n"                                                                                         \
  "sub a1, a1, a2\n"                                                                                         \
  "j 3b\n"                                                                                                   \
  "8:\n"                                                                                                     \
  DORY_C3_GET("gp", "gp")                                                                                    \
  DORY_C3_GET("tp", "tp")                                                                                    \
  DORY_WORDS_END

/* The same as in dory_columns_3x3.h, the second shift in a register. */
#define DORY_C2_BEGIN_SCALE(multiplier_a, multiplier_b, offset_a, offset_b, shift_a, shift_b)                \
  "lw t5, " multiplier_a "(ra)\n"                                                                            \
  "lw a6, " multiplier_b "(ra)\n"                                                                            \
  "lw t6, " offset_a "(ra)\n"                                                                                \
  "lw a7, " offset_b "(ra)\n"                                                                                \
  "lw a5, " shift_a "(ra)\n"                                                                                 \
  "lw a4, " shift_b "(ra)\n"
#define DORY_C2_RQ32_BEGIN DORY_C2_BEGIN_SCALE("48", "52", "64", "68", "80", "84")
#define DORY_C2_LIMITED_BEGIN DORY_C2_RQ32_BEGIN
#define DORY_C2_RQ32C_BEGIN                                                                                  \
  DORY_C2_BEGIN_SCALE("48", "52", "64", "68", "80", "84")                                                    \
  "lw s1, 96(ra)\nlw gp, 112(ra)\nsw s1, %[extra_a]\nsw gp, 4+%[extra_a]\n"                                  \
  "lw s1, 100(ra)\nlw gp, 116(ra)\nsw s1, %[extra_b]\nsw gp, 4+%[extra_b]\n"
#define DORY_C2_RQH_BEGIN                                                                                    \
  DORY_C2_BEGIN_SCALE("64", "68", "80", "84", "96", "100")                                                   \
  "srli s1, a4, 8\nsrli gp, a5, 8\nsw s1, 4+%[extra_b]\nsw gp, 4+%[extra_a]\n"                               \
  "lw s1, 48(ra)\nlw gp, 52(ra)\nsw s1, %[extra_a]\nsw gp, %[extra_b]\n"

/* clang-format on */

/* Everything but the channels. */
DORY_INLINE dory_columns_stride2_t dory_columns_stride2_begin(const dory_columns_tile_t *tile,
                                                              const dory_columns_run_t *run) {
  const int32_t pixel = tile->channels;
  const int32_t output_row = tile->columns * pixel;
  const int32_t two = 2 * pixel;
  const bool overlaps = (tile->columns & 1) != 0 && run->strips.begin == 0 && run->strips.size > 1;
  const int32_t output_span = run->strips.size * two - (overlaps ? pixel : 0);
  dory_columns_stride2_t work;
  work.pixel = pixel;
  work.down_input = tile->row_pitch - 4 * pixel;
  work.down_output = output_row - pixel - 1;
  work.row_pairs = tile->rows >> 1;
  work.odd_row = tile->rows & 1;
  work.next_input = 2 * two - (2 * tile->rows + 1) * tile->row_pitch;
  work.next_output = two - tile->rows * output_row;
  work.span = overlaps ? 2 * two : 2 * output_span;
  work.all = 2 * output_span;
  work.pair_input = run->step * DORY_GROUP - 2 * output_span;
  work.pair_output = run->step * DORY_GROUP - output_span;
  work.constants = run->step * tile->group_words * 4;
  return work;
}

#define DORY_C2_RUN(DOT, FORM, CLIP)                                                                         \
  __asm__ volatile(DORY_C2_STRIPS(DOT, FORM, CLIP)                                                           \
                   : [weights] "+m"(work.weights), [pairs] "+m"(work.pairs), [end] "=m"(work.end),           \
                     [last] "=m"(work.last), [extra_a] "=m"(work.extra_a), [extra_b] "=m"(work.extra_b),     \
                     [gp] "=m"(work.gp), [tp] "=m"(work.tp)                                                  \
                   : [input] "m"(work.input), [output] "m"(work.output), [pixel] "m"(work.pixel),            \
                     [down_input] "m"(work.down_input), [down_output] "m"(work.down_output),                 \
                     [row_pairs] "m"(work.row_pairs), [odd_row] "m"(work.odd_row),                           \
                     [next_input] "m"(work.next_input), [next_output] "m"(work.next_output),                 \
                     [span] "m"(work.span), [all] "m"(work.all), [pair_input] "m"(work.pair_input),          \
                     [pair_output] "m"(work.pair_output), [constants] "m"(work.constants)                    \
                   : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0", "s1", "s2", "s3", "s4", \
                     "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4", "a5", "a6",   \
                     "a7")

/* Whether the shorter loop with limits will do. */
#define DORY_C2_RQ32_TEST(...) false
#define DORY_C2_RQH_TEST(...)  false
#define DORY_C2_RQ32C_TEST     dory_columns_limited
#define DORY_C2(name, DOT, FORM, CLIP)                                                                       \
  DORY_SHARED void name(const dory_columns_tile_t *tile, const dory_columns_run_t *run) {                    \
    dory_columns_stride2_t work = dory_columns_stride2_begin(tile, run);                                     \
    const int32_t column = dory_max(2 * run->strips.begin - (tile->columns & 1), 0);                         \
    const int32_t last = DORY_GROUP * (run->first + (run->count - 1) * run->step);                           \
    for (int32_t c = 0; c < DORY_GROUP; c += 2) {                                                            \
      const int32_t channel = DORY_GROUP * run->first + c;                                                   \
      work.input = tile->input + 2 * column * tile->channels + channel;                                      \
      work.output = tile->output + column * tile->channels + channel;                                        \
      work.weights = tile->constants + run->first * tile->group_words + c;                                   \
      work.pairs = last + c + 2 <= tile->channels ? run->count : run->count - 1;                             \
      if (work.pairs == 0) {                                                                                 \
        break;                                                                                               \
      }                                                                                                      \
      if (DORY_C2_##FORM##_TEST(work.weights + tile->weight_words + DORY_C3_##FORM##_SHIFT, work.pairs,      \
                                run->step * tile->group_words)) {                                            \
        DORY_C2_RUN(DOT, DORY_C2_LIMITED, CLIP);                                                             \
      } else {                                                                                               \
        DORY_C2_RUN(DOT, DORY_C2_##FORM, CLIP);                                                              \
      }                                                                                                      \
    }                                                                                                        \
  }

DORY_C2(dory_columns_stride2_rq32_u8_u8, "dotusp.b", RQ32, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rq32_u8_i8, "dotusp.b", RQ32, DORY_C2_TO_I8)
DORY_C2(dory_columns_stride2_rq32_i8_u8, "dotsp.b", RQ32, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rq32_i8_i8, "dotsp.b", RQ32, DORY_C2_TO_I8)
DORY_C2(dory_columns_stride2_rq32c_u8_u8, "dotusp.b", RQ32C, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rq32c_u8_i8, "dotusp.b", RQ32C, DORY_C2_TO_I8)
DORY_C2(dory_columns_stride2_rq32c_i8_u8, "dotsp.b", RQ32C, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rq32c_i8_i8, "dotsp.b", RQ32C, DORY_C2_TO_I8)
DORY_C2(dory_columns_stride2_rqh_u8_u8, "dotusp.b", RQH, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rqh_u8_i8, "dotusp.b", RQH, DORY_C2_TO_I8)
DORY_C2(dory_columns_stride2_rqh_i8_u8, "dotsp.b", RQH, DORY_C2_TO_U8)
DORY_C2(dory_columns_stride2_rqh_i8_i8, "dotsp.b", RQH, DORY_C2_TO_I8)

#endif
#endif
