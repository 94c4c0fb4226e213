/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 5x5 window, stride 1 or 2, by hand: one channel and one output column at a
 * time, row after row downwards.
 *
 * Five pixels of an input row are loaded and packed to a word of four and a word of one. A row is read once:
 * it adds to the sums of all output rows that it belongs to, which wait in registers. A row of stride 1 costs
 * 24 cycles for 25 products, two rows of stride 2 cost 30. */
#ifndef DORY_COLUMNS_5X5_H
#define DORY_COLUMNS_5X5_H

#include "dory_columns_stride2.h"

#if DORY_SIMD

/* What the output columns of a channel are computed from; distances are in bytes. */
typedef struct {
  const uint8_t *input; /* the channel in the corner of the first column */
  uint8_t *output;
  const int32_t *weights; /* of the channel */
  int32_t pixel;          /* from pixel to pixel */
  int32_t down_input;     /* from the fifth pixel of a row to the next row */
  int32_t down_output;    /* from row to row */
  int32_t rows;
  int32_t next_input, next_output; /* from behind the last row of a column to the next column */
  const uint8_t *end;              /* input of the column after the last one */
  int32_t gp;                      /* saved */
} dory_columns_5x5_t;

/* Four weights of kernel row i, then the fifth one. */
#define DORY_C5_ROW_0 "s2", "s3"
#define DORY_C5_ROW_1 "s4", "s5"
#define DORY_C5_ROW_2 "s6", "s7"
#define DORY_C5_ROW_3 "s8", "s9"
#define DORY_C5_ROW_4 "s10", "s11"
/* Sums, the oldest output row's first. */
#define DORY_C5_SUM_0           "a4"
#define DORY_C5_SUM_1           "a6"
#define DORY_C5_SUM_2           "a7"
#define DORY_C5_SUM_3           "t4"
#define DORY_C5_CALL(text, ...) text(__VA_ARGS__)

/* clang-format off */
/* t0 becomes pixels 0 to 3 of a row, ra pixel 4. */
#define DORY_C5_LOAD                                                                                         \
  DORY_MOVE_NEXT("lbu", "t0", "a0", "a2")                                                                    \
  DORY_MOVE_NEXT("lbu", "t1", "a0", "a2")                                                                    \
  DORY_MOVE_NEXT("lbu", "t2", "a0", "a2")                                                                    \
  DORY_MOVE_NEXT("lbu", "t3", "a0", "a2")                                                                    \
  DORY_MOVE_NEXT("lbu", "ra", "a0", "a3")                                                                    \
  DORY_CP_OF(DORY_V "packlo.b", "t0", "t1", "t0")                                                            \
  DORY_CP_OF(DORY_V "packhi.b", "t0", "t3", "t2")
#define DORY_C5_LOAD_WORDS "7"

/* Adds a row's products with a kernel row to a sum; or begins a sum with them. */
#define DORY_C5_ADD(DOT, sum, four, one)                                                                     \
  DORY_CP_OF(DORY_V "s" DOT, sum, "t0", four)                                                                \
  DORY_CP_OF(DORY_V "s" DOT, sum, "ra", one)
#define DORY_C5_BEGIN(DOT, sum, four, one)                                                                   \
  DORY_CP_OF(DORY_V DOT, sum, "t0", four)                                                                    \
  DORY_CP_OF(DORY_V "s" DOT, sum, "ra", one)
#define DORY_C5_MOVE(to, from) "mv " to ", " from "\n"

/* What a row adds to the unfinished sums, of which the oldest one is finished afterwards. */
#define DORY_C5_STRIDE1_ROW(DOT)                                                                             \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_1, DORY_C5_ROW_3)                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_2, DORY_C5_ROW_2)                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_3, DORY_C5_ROW_1)                                               \
  DORY_C5_MOVE(DORY_C5_SUM_0, DORY_C5_SUM_1)                                                                 \
  DORY_C5_MOVE(DORY_C5_SUM_1, DORY_C5_SUM_2)                                                                 \
  DORY_C5_MOVE(DORY_C5_SUM_2, DORY_C5_SUM_3)
#define DORY_C5_STRIDE1_LEAD(DOT)                                                                            \
  "li t0, 4\n"                                                                                               \
  DORY_LOOP0("t0", DORY_C5_LOAD_WORDS "+11", "1")                                                            \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_STRIDE1_ROW(DOT)                                                                                   \
  DORY_CP_OF(DORY_V DOT, DORY_C5_SUM_3, "t0", "s2")                                                          \
  DORY_LOOP_LAST("1")                                                                                        \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C5_SUM_3, "ra", "s3")
#define DORY_C5_STRIDE1_BODY(DOT, FORM, CLIP)                                                                \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_0, DORY_C5_ROW_4)                                               \
  FORM##_MAKE                                                                                                \
  CLIP(FORM##_CODE)                                                                                          \
  DORY_MOVE_NEXT("sb", FORM##_CODE, "a1", "s0")                                                              \
  DORY_C5_STRIDE1_ROW(DOT)                                                                                   \
  DORY_CP_OF(DORY_V DOT, DORY_C5_SUM_3, "t0", "s2")                                                          \
  DORY_LOOP_LAST("1")                                                                                        \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C5_SUM_3, "ra", "s3")
#define DORY_C5_STRIDE1_WORDS                                                                                \
  DORY_C5_LOAD_WORDS                                                                                         \
  "+14"

/* Even rows of stride 2 end a sum and begin another; odd rows only add. */
#define DORY_C5_STRIDE2_ODD(DOT)                                                                             \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_0, DORY_C5_ROW_3)                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_1, DORY_C5_ROW_1)
#define DORY_C5_STRIDE2_LEAD(DOT)                                                                            \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_BEGIN, DOT, DORY_C5_SUM_1, DORY_C5_ROW_0)                                             \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_1, DORY_C5_ROW_1)                                               \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_1, DORY_C5_ROW_2)                                               \
  DORY_C5_MOVE(DORY_C5_SUM_0, DORY_C5_SUM_1)                                                                 \
  DORY_C5_CALL(DORY_C5_BEGIN, DOT, DORY_C5_SUM_1, DORY_C5_ROW_0)
#define DORY_C5_STRIDE2_BODY(DOT, FORM, CLIP)                                                                \
  DORY_C5_STRIDE2_ODD(DOT)                                                                                   \
  DORY_C5_LOAD                                                                                               \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_0, DORY_C5_ROW_4)                                               \
  FORM##_MAKE                                                                                                \
  CLIP(FORM##_CODE)                                                                                          \
  DORY_MOVE_NEXT("sb", FORM##_CODE, "a1", "s0")                                                              \
  DORY_C5_CALL(DORY_C5_ADD, DOT, DORY_C5_SUM_1, DORY_C5_ROW_2)                                               \
  DORY_C5_MOVE(DORY_C5_SUM_0, DORY_C5_SUM_1)                                                                 \
  DORY_CP_OF(DORY_V DOT, DORY_C5_SUM_1, "t0", "s2")                                                          \
  DORY_LOOP_LAST("1")                                                                                        \
  DORY_CP_OF(DORY_V "s" DOT, DORY_C5_SUM_1, "ra", "s3")
#define DORY_C5_STRIDE2_WORDS                                                                                \
  DORY_C5_LOAD_WORDS                                                                                         \
  "+" DORY_C5_LOAD_WORDS "+12"

/* A form: what becomes of the finished sum, and where its code is. */
#define DORY_C5_ONE(shift)                                                                                   \
  DORY_CP_OF("mul", DORY_C5_SUM_0, DORY_C5_SUM_0, "t5")                                                      \
  DORY_CP_SHIFTED(DORY_C5_SUM_0, "t6", shift)
#define DORY_C5_RQ32_MAKE  DORY_C5_ONE("a5")
#define DORY_C5_RQ32P_MAKE DORY_C5_ONE("t6")
#define DORY_C5_RQ32L_MAKE DORY_CP_OF(DORY_P "clipr", DORY_C5_SUM_0, DORY_C5_SUM_0, "a5") DORY_C5_ONE("a5")
#define DORY_C5_RQ32D_MAKE DORY_CP_TWO("t1", DORY_C5_SUM_0, "t5", "t6", "s1", "gp")
#define DORY_C5_RQ32_CODE  DORY_C5_SUM_0
#define DORY_C5_RQ32P_CODE DORY_C5_SUM_0
#define DORY_C5_RQ32L_CODE DORY_C5_SUM_0
#define DORY_C5_RQ32D_CODE "t1"
#define DORY_C5_RQ32_WORDS  "2"
#define DORY_C5_RQ32P_WORDS "2"
#define DORY_C5_RQ32L_WORDS "3"
#define DORY_C5_RQ32D_WORDS "4"
#define DORY_C5_RQ32P_BEGIN "lw t5, 160(ra)\nlw t6, 176(ra)\n"
#define DORY_C5_RQ32_BEGIN  DORY_C5_RQ32P_BEGIN "lw a5, 192(ra)\n"
#define DORY_C5_RQ32L_BEGIN DORY_C5_RQ32_BEGIN
#define DORY_C5_RQ32D_BEGIN DORY_C5_RQ32P_BEGIN "lw s1, 192(ra)\nlw gp, 208(ra)\n"
#define DORY_C5_TO_U8(sum) DORY_P "clipu " sum ", " sum ", 9\n"
#define DORY_C5_TO_I8(sum) DORY_P "clip " sum ", " sum ", 8\n"

/* All output columns of a channel. */
#define DORY_C5_COLUMNS(STRIDE, DOT, FORM, CLIP)                                                             \
  DORY_WORDS_BEGIN                                                                                           \
  "sw gp, %[gp]\n"                                                                                           \
  DORY_CP_GET("ra", "weights")                                                                               \
  "lw s2, 0(ra)\nlw s3, 16(ra)\nlw s4, 32(ra)\nlw s5, 48(ra)\nlw s6, 64(ra)\n"                               \
  "lw s7, 80(ra)\nlw s8, 96(ra)\nlw s9, 112(ra)\nlw s10, 128(ra)\nlw s11, 144(ra)\n"                         \
  FORM##_BEGIN                                                                                               \
  DORY_CP_GET("a0", "input")                                                                                 \
  DORY_CP_GET("a1", "output")                                                                                \
  DORY_CP_GET("a2", "pixel")                                                                                 \
  DORY_CP_GET("a3", "down_input")                                                                            \
  DORY_CP_GET("s0", "down_output")                                                                           \
  "3:\n"                                                                                                     \
  STRIDE##_LEAD(DOT)                                                                                         \
  DORY_CP_GET("t0", "rows")                                                                                  \
  DORY_LOOP0("t0", "(" STRIDE##_WORDS "+1+" FORM##_WORDS ")", "1")                                        \
  STRIDE##_BODY(DOT, FORM, CLIP)                                                                             \
  DORY_CP_GET("t0", "next_input")                                                                            \
  DORY_CP_GET("t1", "next_output")                                                                           \
  DORY_CP_GET("t2", "end")                                                                                   \
  "add a0, a0, t0\n"                                                                                         \
  "add a1, a1, t1\n"                                                                                         \
  "bne a0, t2, 3b\n"                                                                                         \
  DORY_CP_GET("gp", "gp")                                                                                    \
  DORY_WORDS_END
/* clang-format on */

#define DORY_C5_RUN(STRIDE, DOT, FORM, CLIP)                                                                 \
  __asm__ volatile(                                                                                          \
      DORY_C5_COLUMNS(STRIDE, DOT, FORM, CLIP)                                                               \
      : [gp] "=o"(work.gp)                                                                                   \
      : [input] "o"(work.input), [output] "o"(work.output), [weights] "o"(work.weights),                     \
        [pixel] "o"(work.pixel), [down_input] "o"(work.down_input), [down_output] "o"(work.down_output),     \
        [rows] "o"(work.rows), [next_input] "o"(work.next_input), [next_output] "o"(work.next_output),       \
        [end] "o"(work.end)                                                                                  \
      : DORY_OVERWRITTEN, "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0", "s1", "s2", "s3", "s4",      \
        "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7")

/* Everything but the channel. */
DORY_INLINE dory_columns_5x5_t dory_columns_5x5_begin(const dory_columns_tile_t *tile, int32_t stride) {
  const int32_t pixel = tile->channels;
  dory_columns_5x5_t work;
  work.pixel = pixel;
  work.down_input = tile->row_pitch - 4 * pixel;
  work.down_output = tile->columns * pixel;
  work.rows = tile->rows;
  work.next_input = stride * pixel - ((tile->rows - 1) * stride + 5) * tile->row_pitch;
  work.next_output = pixel - tile->rows * work.down_output;
  return work;
}

#define DORY_C5(name, stride, STRIDE, DOT, FORM, CLIP)                                                       \
  DORY_SHARED void name(const dory_columns_tile_t *tile, const dory_columns_run_t *run) {                    \
    dory_columns_5x5_t work = dory_columns_5x5_begin(tile, stride);                                          \
    const int32_t first = run->strips.begin * tile->channels;                                                \
    for (int32_t i = 0; i < run->count; i++) {                                                               \
      const int32_t group = run->first + i * run->step;                                                      \
      const int32_t channels = dory_min(tile->channels - DORY_GROUP * group, DORY_GROUP);                    \
      for (int32_t c = 0; c < channels; c++) {                                                               \
        work.input = tile->input + stride * first + DORY_GROUP * group + c;                                  \
        work.output = tile->output + first + DORY_GROUP * group + c;                                         \
        work.weights = tile->constants + group * tile->group_words + c;                                      \
        work.end = work.input + run->strips.size * stride * tile->channels;                                  \
        DORY_C5_RUN(STRIDE, DOT, DORY_C5_##FORM, CLIP);                                                      \
      }                                                                                                      \
    }                                                                                                        \
  }
#define DORY_C5_FORM(name, stride, STRIDE, FORM)                                                             \
  DORY_C5(name##_u8_u8, stride, STRIDE, "dotusp.b", FORM, DORY_C5_TO_U8)                                     \
  DORY_C5(name##_u8_i8, stride, STRIDE, "dotusp.b", FORM, DORY_C5_TO_I8)                                     \
  DORY_C5(name##_i8_u8, stride, STRIDE, "dotsp.b", FORM, DORY_C5_TO_U8)                                      \
  DORY_C5(name##_i8_i8, stride, STRIDE, "dotsp.b", FORM, DORY_C5_TO_I8)
#define DORY_C5_ALL(name, stride, STRIDE)                                                                    \
  DORY_C5_FORM(name##_rq32, stride, STRIDE, RQ32)                                                            \
  DORY_C5_FORM(name##_rq32p, stride, STRIDE, RQ32P)                                                          \
  DORY_C5_FORM(name##_rq32l, stride, STRIDE, RQ32L)                                                          \
  DORY_C5_FORM(name##_rq32d, stride, STRIDE, RQ32D)

DORY_C5_ALL(dory_columns_5x5, 1, DORY_C5_STRIDE1)
DORY_C5_ALL(dory_columns_5x5_stride2, 2, DORY_C5_STRIDE2)

#endif
#endif
