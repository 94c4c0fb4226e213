/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 3x3 window by hand, what strides 1 and 2 have in common: two channels (a and
 * b) and two output columns, a strip, at a time, row after row downwards. An odd last column is computed
 * together with the one before it.
 *
 * All registers but the stack pointer are in use; gp and tp are saved. A stride is a set of macros: _BEGIN
 * fills its registers, _WEIGHTS and a form's _BEGIN read the constants at ra, _LEAD loads the rows that a
 * strip begins with, _ROWS are the instructions of two output rows, _ODD goes to 6 where a last row is left,
 * which _LAST computes. Input, output, a pixel's pitch and the step down the input are in a0 to a3. */
#ifndef DORY_COLUMNS_PAIRS_H
#define DORY_COLUMNS_PAIRS_H

#include "dory_columns_any.h"

#if DORY_SIMD

/* What the strips of some pairs of channels are computed from; distances are in bytes. */
typedef struct {
  const uint8_t *input; /* channel a of the first pair in the corner of the first strip */
  uint8_t *output;
  const int32_t *weights; /* of channel a; those of channel b lie behind each of them */
  int32_t pixel;          /* from pixel to pixel */
  int32_t down_input;     /* from the last pixel of an input row to the next row */
  int32_t down_output;    /* from the last code of an output row to the next row; of stride 2 */
  int32_t row_pairs;      /* output rows / 2 */
  int32_t odd_row;
  int32_t next_input, next_output; /* from behind the last row of a strip to the next strip */
  int32_t overlap;                 /* of the input of the second strip with that of the first one */
  int32_t span;                    /* of strips up to one that overlaps with its predecessor */
  int32_t all;                     /* of all strips */
  int32_t pair_input, pair_output; /* from behind the last strip to the next pair */
  int32_t constants;               /* from pair to pair */
  int32_t pairs;
  const uint8_t *end, *last;      /* input behind the strips of `span` and of `all` */
  int32_t words_a[4], words_b[4]; /* that the registers have no room for */
  int32_t gp, tp;                 /* saved */
} dory_columns_pairs_t;

/* clang-format off */
#define DORY_CP_OF(operation, r, a, b)       operation " " r ", " a ", " b "\n"
#define DORY_CP_GET(r, field)                "lw " r ", %[" field "]\n"
#define DORY_CP_GET_WORD(r, c, offset)       "lw " r ", " offset "+%[words_" c "]\n"
#define DORY_CP_PUT_WORD(r, c, offset)       "sw " r ", " offset "+%[words_" c "]\n"
#define DORY_CP_CALL(text, ...)              text(__VA_ARGS__)
#define DORY_CP_ROW(text, ...)               text(__VA_ARGS__)

/* Words of pixels of two channels: the lower halves of two words, the upper ones. */
#define DORY_CP_LOWER(word, last, first) DORY_CP_OF(DORY_EITHER("cv.pack", "pv.pack.h"), word, last, first)
#define DORY_CP_SWAP(r) "pv.shuffle.sci.h " r ", " r ", 1\n"
#define DORY_CP_UPPER(word, last, first)                                                                     \
  DORY_EITHER(DORY_CP_OF("cv.pack.h", word, last, first),                                                    \
              DORY_CP_SWAP(first)                                                                            \
              DORY_CP_SWAP(last)                                                                             \
              DORY_CP_OF("pv.pack.h", word, last, first)                                                     \
              DORY_CP_SWAP(first)                                                                            \
              DORY_CP_SWAP(last))

/* From two sums of a channel to codes that are not clipped yet; `temporary` is a register for DORY_RQ32D, which
 * leaves them in it and in the first sum. */
#define DORY_CP_BOTH(operation, s, t, r) DORY_CP_OF(operation, s, s, r) DORY_CP_OF(operation, t, t, r)
#define DORY_CP_SHIFTED(s, offset, shift) DORY_CP_OF(DORY_EITHER("cv.addnr", "p.addNr"), s, offset, shift)
#define DORY_CP_ONE(s, t, multiplier, offset, shift)                                                         \
  DORY_CP_BOTH("mul", s, t, multiplier)                                                                      \
  DORY_CP_SHIFTED(s, offset, shift)                                                                          \
  DORY_CP_SHIFTED(t, offset, shift)
#define DORY_CP_LIMITED(s, t, multiplier, offset, limit)                                                     \
  DORY_CP_BOTH(DORY_P "clipr", s, t, limit)                                                                  \
  DORY_CP_ONE(s, t, multiplier, offset, limit)
#define DORY_CP_TWO(to, s, low, low_offset, high, high_offset)                                               \
  DORY_CP_OF("mul", to, s, low)                                                                              \
  DORY_CP_SHIFTED(to, low_offset, low_offset)                                                                \
  DORY_CP_OF(DORY_EITHER("cv.mac", "p.mac"), to, s, high)                                                    \
  DORY_CP_SHIFTED(to, high_offset, high_offset)
#define DORY_CP_BOTH_TWO(temporary, s, t, ...)                                                               \
  DORY_CP_TWO(temporary, s, __VA_ARGS__)                                                                     \
  DORY_CP_TWO(s, t, __VA_ARGS__)

/* Clips two codes to those of a type. */
#define DORY_CP_TO_U8(s, t) DORY_P "clipu " s ", " s ", 9\n" DORY_P "clipu " t ", " t ", 9\n"
#define DORY_CP_TO_I8(s, t) DORY_P "clip " s ", " s ", 8\n" DORY_P "clip " t ", " t ", 8\n"

/* Goes to the next strip, if there is one. */
#define DORY_CP_NEXT_STRIP                                                                                   \
  DORY_CP_GET("ra", "next_input")                                                                            \
  DORY_CP_GET("s1", "next_output")                                                                           \
  DORY_CP_GET("tp", "end")                                                                                   \
  "add a0, a0, ra\n"                                                                                         \
  "add a1, a1, s1\n"                                                                                         \
  "bne a0, tp, 3b\n"

/* All strips of all pairs of channels. There are no branches inside the inner loop; an odd row comes after
 * it, out of line. Where the second strip overlaps with the first one the strips come in two runs. */
#define DORY_CP_STRIPS(STRIDE, DOT, FORM, CLIP)                                                              \
  DORY_WORDS_BEGIN                                                                                           \
  "sw gp, %[gp]\n"                                                                                           \
  "sw tp, %[tp]\n"                                                                                           \
  DORY_CP_GET("a0", "input")                                                                                 \
  DORY_CP_GET("a1", "output")                                                                                \
  DORY_CP_GET("a2", "pixel")                                                                                 \
  DORY_CP_GET("a3", "down_input")                                                                            \
  STRIDE##_BEGIN                                                                                             \
  "2:\n"                                                                                                     \
  DORY_CP_GET("ra", "weights")                                                                               \
  STRIDE##_WEIGHTS                                                                                           \
  STRIDE##_##FORM##_BEGIN                                                                                    \
  DORY_CP_GET("s1", "constants")                                                                             \
  DORY_CP_GET("gp", "span")                                                                                  \
  DORY_CP_GET("tp", "all")                                                                                   \
  "add ra, ra, s1\nadd gp, gp, a0\nadd tp, tp, a0\n"                                                         \
  "sw ra, %[weights]\nsw gp, %[end]\nsw tp, %[last]\n"                                                       \
  "3:\n"                                                                                                     \
  STRIDE##_LEAD                                                                                              \
  "beqz " STRIDE##_COUNT ", 4f\n"                                                                             \
  DORY_LOOP0(STRIDE##_COUNT, "(2*(" STRIDE##_WORDS "+" STRIDE##_##FORM##_WORDS "))", "1")                              \
  STRIDE##_ROWS(DOT, STRIDE##_##FORM, CLIP)                                                                  \
  "4:\n"                                                                                                     \
  STRIDE##_ODD                                                                                               \
  DORY_CP_NEXT_STRIP                                                                                         \
  "5:\n"                                                                                                     \
  DORY_CP_GET("s1", "last")                                                                                  \
  DORY_CP_GET("ra", "pair_input")                                                                            \
  DORY_CP_GET("gp", "pair_output")                                                                           \
  DORY_CP_GET("tp", "pairs")                                                                                 \
  "bne a0, s1, 7f\n"                                                                                         \
  "addi tp, tp, -1\n"                                                                                        \
  "add a0, a0, ra\n"                                                                                         \
  "add a1, a1, gp\n"                                                                                         \
  "sw tp, %[pairs]\n"                                                                                        \
  "bnez tp, 2b\n"                                                                                            \
  "j 8f\n"                                                                                                   \
  "6:\n"                                                                                                     \
  STRIDE##_LAST(DOT, STRIDE##_##FORM, CLIP)                                                                  \
  DORY_CP_NEXT_STRIP                                                                                         \
  "j 5b\n"                                                                                                   \
  "7:\n"                                                                                                     \
  DORY_CP_GET("ra", "overlap")                                                                               \
  "sw s1, %[end]\n"                                                                                          \
  "sub a1, a1, a2\n"                                                                                         \
  "sub a0, a0, ra\n"                                                                                         \
  "j 3b\n"                                                                                                   \
  "8:\n"                                                                                                     \
  DORY_CP_GET("gp", "gp")                                                                                    \
  DORY_CP_GET("tp", "tp")                                                                                    \
  DORY_WORDS_END
/* clang-format on */

#define DORY_CP_RUN(STRIDE, DOT, FORM, CLIP)                                                                 \
  __asm__ volatile(                                                                                          \
      DORY_CP_STRIPS(STRIDE, DOT, FORM, CLIP)                                                                \
      : [weights] "+o"(work.weights), [pairs] "+o"(work.pairs), [end] "=o"(work.end),                        \
        [last] "=o"(work.last), [words_a] "=o"(work.words_a), [words_b] "=o"(work.words_b),                  \
        [gp] "=o"(work.gp), [tp] "=o"(work.tp)                                                               \
      : [input] "o"(work.input), [output] "o"(work.output), [pixel] "o"(work.pixel),                         \
        [down_input] "o"(work.down_input), [down_output] "o"(work.down_output),                              \
        [row_pairs] "o"(work.row_pairs), [odd_row] "o"(work.odd_row), [next_input] "o"(work.next_input),     \
        [next_output] "o"(work.next_output), [overlap] "o"(work.overlap), [span] "o"(work.span),             \
        [all] "o"(work.all), [pair_input] "o"(work.pair_input), [pair_output] "o"(work.pair_output),         \
        [constants] "o"(work.constants)                                                                      \
      : DORY_OVERWRITTEN, "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0", "s1", "s2", "s3", "s4",      \
        "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7")

/* Everything but the channels. */
DORY_INLINE dory_columns_pairs_t dory_columns_pairs_begin(const dory_columns_tile_t *tile,
                                                          const dory_columns_run_t *run, int32_t stride) {
  const int32_t pixel = tile->channels;
  const int32_t output_row = tile->columns * pixel;
  const int32_t two = 2 * pixel;
  const int32_t odd_row = tile->rows & 1;
  const bool overlaps = (tile->columns & 1) != 0 && run->strips.begin == 0 && run->strips.size > 1;
  const int32_t output_span = run->strips.size * two - (overlaps ? pixel : 0);
  dory_columns_pairs_t work;
  work.pixel = pixel;
  work.down_input = tile->row_pitch - (2 + stride) * pixel;
  work.down_output = output_row - pixel - 1;
  work.row_pairs = tile->rows >> 1;
  work.odd_row = odd_row;
  work.next_input = stride * two - (stride * tile->rows + 3 - stride) * tile->row_pitch;
  work.next_output = two - tile->rows * output_row - (stride == 1 ? odd_row : 0);
  work.overlap = stride * pixel;
  work.span = overlaps ? stride * two : stride * output_span;
  work.all = stride * output_span;
  work.pair_input = run->step * DORY_GROUP - stride * output_span;
  work.pair_output = run->step * DORY_GROUP - output_span;
  work.constants = run->step * tile->group_words * 4;
  return work;
}

/* Runs over the first pair of channels of each group, then over the second one; an odd last channel is left
 * out. Output column 2 * i - 1 is the first one of strip i where strips overlap. */
#define DORY_CP(name, stride, STRIDE, DOT, FORM, CLIP)                                                       \
  DORY_SHARED void name(const dory_columns_tile_t *tile, const dory_columns_run_t *run) {                    \
    dory_columns_pairs_t work = dory_columns_pairs_begin(tile, run, stride);                                 \
    const int32_t column = dory_max(2 * run->strips.begin - (tile->columns & 1), 0);                         \
    const int32_t last = DORY_GROUP * (run->first + (run->count - 1) * run->step);                           \
    for (int32_t c = 0; c < DORY_GROUP; c += 2) {                                                            \
      const int32_t channel = DORY_GROUP * run->first + c;                                                   \
      work.input = tile->input + (stride)*column * tile->channels + channel;                                 \
      work.output = tile->output + column * tile->channels + channel;                                        \
      work.weights = tile->constants + run->first * tile->group_words + c;                                   \
      work.pairs = last + c + 2 <= tile->channels ? run->count : run->count - 1;                             \
      if (work.pairs == 0) {                                                                                 \
        break;                                                                                               \
      }                                                                                                      \
      DORY_CP_RUN(STRIDE, DOT, FORM, CLIP);                                                                  \
    }                                                                                                        \
  }
#define DORY_CP_FORM(name, stride, STRIDE, FORM)                                                             \
  DORY_CP(name##_u8_u8, stride, STRIDE, "dotusp.b", FORM, DORY_CP_TO_U8)                                     \
  DORY_CP(name##_u8_i8, stride, STRIDE, "dotusp.b", FORM, DORY_CP_TO_I8)                                     \
  DORY_CP(name##_i8_u8, stride, STRIDE, "dotsp.b", FORM, DORY_CP_TO_U8)                                      \
  DORY_CP(name##_i8_i8, stride, STRIDE, "dotsp.b", FORM, DORY_CP_TO_I8)
#define DORY_CP_ALL(name, stride, STRIDE)                                                                    \
  DORY_CP_FORM(name##_rq32, stride, STRIDE, RQ32)                                                            \
  DORY_CP_FORM(name##_rq32p, stride, STRIDE, RQ32P)                                                          \
  DORY_CP_FORM(name##_rq32l, stride, STRIDE, RQ32L)                                                          \
  DORY_CP_FORM(name##_rq32d, stride, STRIDE, RQ32D)

#endif
#endif
