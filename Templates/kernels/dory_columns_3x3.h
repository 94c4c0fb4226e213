/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with a 3x3 window, stride 1, by hand: two channels (a and b) and two output columns
 * at a time, row after row downwards.
 *
 * Four pixels of an input row are loaded two channels at a time and transposed to one word a channel. The
 * words of the last two rows stay in registers, so that a row costs 4 loads, 4 shuffles, 12 dot products, the
 * requantization of 4 sums and 4 stores: 36 cycles for 36 products. Columns 0 and 1 have the same weights,
 * for column 1 shifted by a byte. Sums are requantized in the order a, b, b, a, so that one pointer with one
 * step down serves input and output. All registers but the stack pointer are in use; gp and tp are saved. An
 * odd last column is computed together with the one before it. */
#ifndef DORY_COLUMNS_3X3_H
#define DORY_COLUMNS_3X3_H

#include "dory_columns_any.h"

#if DORY_SIMD

/* What the strips of some pairs of channels are computed from; distances are in bytes. */
typedef struct {
  const uint8_t *input; /* channel a of the first pair in the corner of the first strip */
  uint8_t *output;
  const int32_t *weights; /* of channel a; those of channel b lie behind each of them */
  int32_t pixel;          /* from pixel to pixel */
  int32_t
      down; /* to the next row from the fourth pixel of an input row and the second one of an output row */
  int32_t row_pairs;  /* output rows / 2 */
  int32_t next_input; /* from behind the last row of a strip to the next strip */
  int32_t next_output;
  int32_t span;      /* of strips up to one that overlaps with its predecessor */
  int32_t all;       /* of all strips */
  int32_t next_pair; /* from behind the last strip to the next pair */
  int32_t constants; /* from pair to pair */
  int32_t pairs;
  int32_t selector; /* negative where rows are odd: shuffles look at the low three bits of each byte */
  const uint8_t *end, *last; /* input behind the strips of `span` and of `all` */
  int32_t shift_a, shift_b;
  int32_t extra_a[2], extra_b[2]; /* DORY_RQ32C: lower and upper bound; DORY_RQH: bias and preshift */
  int32_t gp, tp;                 /* saved */
} dory_columns_3x3_t;

#define DORY_C3_INPUT    "a0"
#define DORY_C3_OUTPUT   "a1"
#define DORY_C3_PIXEL    "a2"
#define DORY_C3_DOWN     "a3"
#define DORY_C3_SELECTOR "a4"
#define DORY_C3_SHIFT    "a5"
/* The weights of kernel rows 0, 1 and 2 for column 0, then those for column 1. */
#define DORY_C3_WEIGHTS_A "s2", "s3", "s4", "s5", "s6", "s7"
#define DORY_C3_WEIGHTS_B "s8", "s9", "s10", "s11", "t3", "t4"
/* Multiplier and offset. */
#define DORY_C3_SCALE_A "t5", "t6"
#define DORY_C3_SCALE_B "a6", "a7"
/* Words of two rows, channels a and b: older and newer, and the other way round. */
#define DORY_C3_EVEN "t0", "t1", "t2", "s0"
#define DORY_C3_ODD  "t2", "s0", "t0", "t1"
/* Pixels 0 and 1, then 2 and 3 of a new row; the sums of columns 0 and 1. */
#define DORY_C3_FIRST "s1"
#define DORY_C3_LAST  "gp"
#define DORY_C3_SUM_0 "ra"
#define DORY_C3_SUM_1 "tp"

/* clang-format off */
#define DORY_C3_OF(operation, r, a, b) operation " " r ", " a ", " b "\n"
#define DORY_C3_GET(r, field) "lw " r ", %[" field "]\n"
#define DORY_C3_GET_SECOND(r, field) "lw " r ", 4+%[" field "]\n"
#define DORY_C3_CALL(text, ...)        text(__VA_ARGS__)
#define DORY_C3_ROW(text, ...)         text(__VA_ARGS__)

/* Loads four pixels of a row; for each two of them channel a of both, then channel b. */
#define DORY_C3_LOAD                                                                                         \
  DORY_MOVE_NEXT("lhu", DORY_C3_FIRST, DORY_C3_INPUT, DORY_C3_PIXEL)                                         \
  DORY_MOVE_NEXT("lhu", DORY_C3_SUM_0, DORY_C3_INPUT, DORY_C3_PIXEL)                                         \
  DORY_MOVE_NEXT("lhu", DORY_C3_LAST, DORY_C3_INPUT, DORY_C3_PIXEL)                                          \
  DORY_MOVE_NEXT("lhu", DORY_C3_SUM_1, DORY_C3_INPUT, DORY_C3_DOWN)                                          \
  DORY_C3_OF(DORY_V "shuffle2.b", DORY_C3_FIRST, DORY_C3_SUM_0, DORY_C3_SELECTOR)                            \
  DORY_C3_OF(DORY_V "shuffle2.b", DORY_C3_LAST, DORY_C3_SUM_1, DORY_C3_SELECTOR)
/* The row's word of channel a or b. */
#define DORY_C3_WORD_A(word)                                                                                 \
  DORY_C3_OF(DORY_EITHER("cv.pack", "pv.pack.h"), word, DORY_C3_LAST, DORY_C3_FIRST)
#define DORY_C3_SWAP(r) "pv.shuffle.sci.h " r ", " r ", 1\n"
#define DORY_C3_WORD_B(word)                                                                                 \
  DORY_EITHER(DORY_C3_OF("cv.pack.h", word, DORY_C3_LAST, DORY_C3_FIRST),                                    \
              DORY_C3_SWAP(DORY_C3_FIRST)                                                                    \
              DORY_C3_SWAP(DORY_C3_LAST)                                                                     \
              DORY_C3_OF("pv.pack.h", word, DORY_C3_LAST, DORY_C3_FIRST)                                     \
              DORY_C3_SWAP(DORY_C3_FIRST)                                                                    \
              DORY_C3_SWAP(DORY_C3_LAST))

/* Both sums of a channel; the word of the oldest row makes place for that of the new row. */
#define DORY_C3_SUMS(DOT, WORD, old, middle, weights) DORY_C3_SUMS_(DOT, WORD, old, middle, weights)
#define DORY_C3_SUMS_(DOT, WORD, old, middle, w0, w1, w2, v0, v1, v2)                                        \
  DORY_C3_OF(DORY_V DOT, DORY_C3_SUM_0, old, w0)                                                             \
  DORY_C3_OF(DORY_V DOT, DORY_C3_SUM_1, old, v0)                                                             \
  WORD(old)                                                                                                  \
  DORY_C3_OF(DORY_V "s" DOT, DORY_C3_SUM_0, middle, w1)                                                      \
  DORY_C3_OF(DORY_V "s" DOT, DORY_C3_SUM_1, middle, v1)                                                      \
  DORY_C3_OF(DORY_V "s" DOT, DORY_C3_SUM_0, old, w2)                                                         \
  DORY_C3_OF(DORY_V "s" DOT, DORY_C3_SUM_1, old, v2)

/* An instruction on both sums; r is another operand. */
#define DORY_C3_BOTH(operation, r)                                                                           \
  DORY_C3_OF(operation, DORY_C3_SUM_0, DORY_C3_SUM_0, r)                                                     \
  DORY_C3_OF(operation, DORY_C3_SUM_1, DORY_C3_SUM_1, r)
#define DORY_C3_SCALE(operation, multiplier, offset)                                                         \
  DORY_C3_BOTH(operation, multiplier)                                                                        \
  DORY_C3_OF(DORY_EITHER("cv.addnr", "p.addNr"), DORY_C3_SUM_0, offset, DORY_C3_SHIFT)                       \
  DORY_C3_OF(DORY_EITHER("cv.addnr", "p.addNr"), DORY_C3_SUM_1, offset, DORY_C3_SHIFT)

/* Loads multipliers, offsets and shifts at such distances from the weights, and leaves the shifts in a5 and
 * s1. */
#define DORY_C3_BEGIN_SCALE(multiplier_a, multiplier_b, offset_a, offset_b, shift_a, shift_b)                \
  "lw t5, " multiplier_a "(ra)\n"                                                                            \
  "lw a6, " multiplier_b "(ra)\n"                                                                            \
  "lw t6, " offset_a "(ra)\n"                                                                                \
  "lw a7, " offset_b "(ra)\n"                                                                                \
  "lw a5, " shift_a "(ra)\n"                                                                                 \
  "lw s1, " shift_b "(ra)\n"                                                                                 \
  "sw a5, %[shift_a]\nsw s1, %[shift_b]\n"

/* Requantization by form, of channel "a" or "b". The two longer ones use the selector's register and load it
 * again before the next row. DORY_C3_..._WORDS counts the instructions for one row. */
#define DORY_C3_RQ32(c, multiplier, offset) DORY_C3_SCALE("mul", multiplier, offset)
#define DORY_C3_RQ32_NEXT
#define DORY_C3_RQ32_BEGIN DORY_C3_BEGIN_SCALE("48", "52", "64", "68", "80", "84")
#define DORY_C3_RQ32_WORDS "8"
#define DORY_C3_RQ32_SHIFT (2 * DORY_GROUP) /* parameter words before the shift */
#define DORY_C3_RQ32C(c, multiplier, offset)                                                                 \
  DORY_C3_GET(DORY_C3_SELECTOR, "extra_" c)                                                                  \
  DORY_C3_BOTH(DORY_P "max", DORY_C3_SELECTOR)                                                               \
  DORY_C3_GET_SECOND(DORY_C3_SELECTOR, "extra_" c)                                                           \
  DORY_C3_BOTH(DORY_P "min", DORY_C3_SELECTOR)                                                               \
  DORY_C3_SCALE("mul", multiplier, offset)
#define DORY_C3_RQ32C_BEGIN                                                                                  \
  DORY_C3_BEGIN_SCALE("48", "52", "64", "68", "80", "84")                                                    \
  "lw s1, 96(ra)\nlw gp, 112(ra)\nsw s1, %[extra_a]\nsw gp, 4+%[extra_a]\n"                                  \
  "lw s1, 100(ra)\nlw gp, 116(ra)\nsw s1, %[extra_b]\nsw gp, 4+%[extra_b]\n"
#define DORY_C3_RQ32C_NEXT DORY_C3_GET(DORY_C3_SELECTOR, "selector")
#define DORY_C3_RQ32C_WORDS "21"
#define DORY_C3_RQ32C_SHIFT (2 * DORY_GROUP)
/* With the symmetric limit whose low five bits are the shift; the type clips what it lets pass. */
#define DORY_C3_LIMITED(c, multiplier, offset)                                                               \
  DORY_C3_BOTH(DORY_P "clipr", DORY_C3_SHIFT)                                                                \
  DORY_C3_SCALE("mul", multiplier, offset)
#define DORY_C3_LIMITED_BEGIN DORY_C3_RQ32_BEGIN
#define DORY_C3_LIMITED_NEXT
#define DORY_C3_LIMITED_WORDS "12"
#define DORY_C3_RQH(c, multiplier, offset)                                                                   \
  DORY_C3_GET(DORY_C3_SELECTOR, "extra_" c)                                                                  \
  DORY_C3_BOTH("add", DORY_C3_SELECTOR)                                                                      \
  DORY_C3_GET_SECOND(DORY_C3_SELECTOR, "extra_" c)                                                           \
  DORY_C3_BOTH("sll", DORY_C3_SELECTOR)                                                                      \
  DORY_C3_SCALE("mulh", multiplier, offset)
#define DORY_C3_RQH_BEGIN                                                                                    \
  DORY_C3_BEGIN_SCALE("64", "68", "80", "84", "96", "100")                                                   \
  "srli s1, s1, 8\nsrli gp, a5, 8\nsw s1, 4+%[extra_b]\nsw gp, 4+%[extra_a]\n"                               \
  "lw s1, 48(ra)\nlw gp, 52(ra)\nsw s1, %[extra_a]\nsw gp, %[extra_b]\n"
#define DORY_C3_RQH_NEXT DORY_C3_GET(DORY_C3_SELECTOR, "selector")
#define DORY_C3_RQH_WORDS "21"
#define DORY_C3_RQH_SHIFT (3 * DORY_GROUP)

/* Clips both sums to the codes of a type. */
#define DORY_C3_TO_U8()                                                                                      \
  DORY_P "clipu " DORY_C3_SUM_0 ", " DORY_C3_SUM_0 ", 9\n"                                                   \
  DORY_P "clipu " DORY_C3_SUM_1 ", " DORY_C3_SUM_1 ", 9\n"
#define DORY_C3_TO_U8_WORDS "4"
#define DORY_C3_TO_I8()                                                                                      \
  DORY_P "clip " DORY_C3_SUM_0 ", " DORY_C3_SUM_0 ", 8\n"                                                    \
  DORY_P "clip " DORY_C3_SUM_1 ", " DORY_C3_SUM_1 ", 8\n"
#define DORY_C3_TO_I8_WORDS "4"

/* The shift of the other channel, unless all have the same. */
#define DORY_C3_ONE_SHIFT(c)
#define DORY_C3_ONE_SHIFT_WORDS  "0"
#define DORY_C3_TWO_SHIFTS(c) DORY_C3_GET(DORY_C3_SHIFT, "shift_" c)
#define DORY_C3_TWO_SHIFTS_WORDS "1"

/* Stores the first channel's sums of a row, `other` leads to the second one; stores those and goes down. */
#define DORY_C3_STORE(other)                                                                                 \
  DORY_MOVE_AT("sb", DORY_C3_SUM_1, DORY_C3_PIXEL, DORY_C3_OUTPUT)                                           \
  DORY_MOVE_NEXT("sb", DORY_C3_SUM_0, DORY_C3_OUTPUT, other)
#define DORY_C3_STORE_DOWN(end)                                                                              \
  DORY_MOVE_NEXT("sb", DORY_C3_SUM_0, DORY_C3_OUTPUT, DORY_C3_PIXEL)                                         \
  end DORY_MOVE_NEXT("sb", DORY_C3_SUM_1, DORY_C3_OUTPUT, DORY_C3_DOWN)

/* A row of both channels, a first; the next row, b first. */
#define DORY_C3_ROW_A(DOT, FORM, CLIP, SHIFTS, old_a, old_b, middle_a, middle_b)                             \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_A, old_a, middle_a, DORY_C3_WEIGHTS_A)                                      \
  DORY_C3_CALL(FORM, "a", DORY_C3_SCALE_A)                                                                   \
  CLIP()                                                                                                     \
  SHIFTS("b")                                                                                                \
  DORY_C3_STORE("1")                                                                                         \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_B, old_b, middle_b, DORY_C3_WEIGHTS_B)                                      \
  DORY_C3_CALL(FORM, "b", DORY_C3_SCALE_B)                                                                   \
  CLIP()                                                                                                     \
  FORM##_NEXT                                                                                                \
  DORY_C3_STORE_DOWN("")
#define DORY_C3_ROW_B(DOT, FORM, CLIP, SHIFTS, end, old_a, old_b, middle_a, middle_b)                        \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_B, old_b, middle_b, DORY_C3_WEIGHTS_B)                                      \
  DORY_C3_CALL(FORM, "b", DORY_C3_SCALE_B)                                                                   \
  CLIP()                                                                                                     \
  SHIFTS("a")                                                                                                \
  DORY_C3_STORE("-1")                                                                                        \
  DORY_C3_SUMS(DOT, DORY_C3_WORD_A, old_a, middle_a, DORY_C3_WEIGHTS_A)                                      \
  DORY_C3_CALL(FORM, "a", DORY_C3_SCALE_A)                                                                   \
  CLIP()                                                                                                     \
  FORM##_NEXT                                                                                                \
  DORY_C3_STORE_DOWN(end)
/* Instructions of one of them. */
#define DORY_C3_ROW_WORDS(FORM, CLIP, SHIFTS) "(24+" FORM##_WORDS "+" CLIP##_WORDS "+" SHIFTS##_WORDS ")"

/* Goes to a pair of channels. */
#define DORY_C3_BEGIN(FORM)                                                                                  \
  DORY_C3_GET("ra", "weights")                                                                               \
  "lw s2, 0(ra)\nlw s8, 4(ra)\nlw s3, 16(ra)\nlw s9, 20(ra)\nlw s4, 32(ra)\nlw s10, 36(ra)\n"                \
  "slli s5, s2, 8\nslli s6, s3, 8\nslli s7, s4, 8\nslli s11, s8, 8\nslli t3, s9, 8\nslli t4, s10, 8\n"    \
  FORM##_BEGIN                                                                                               \
  DORY_C3_GET("s1", "constants")                                                                             \
  DORY_C3_GET("gp", "span")                                                                                  \
  DORY_C3_GET("tp", "all")                                                                                   \
  "add ra, ra, s1\nadd gp, gp, a0\nadd tp, tp, a0\n"                                                         \
  "sw ra, %[weights]\nsw gp, %[end]\nsw tp, %[last]\n"

/* Goes to the next strip, if there is one. */
#define DORY_C3_NEXT_STRIP                                                                                   \
  DORY_C3_GET("ra", "next_input")                                                                            \
  DORY_C3_GET("s1", "next_output")                                                                           \
  DORY_C3_GET("tp", "end")                                                                                   \
  "add a0, a0, ra\n"                                                                                         \
  "add a1, a1, s1\n"                                                                                         \
  "bne a0, tp, 3b\n"

/* All strips of all pairs of channels. There are no branches inside the inner loop; an odd row comes after
 * it, out of line. Where the second strip overlaps with the first one the strips come in two runs. */
#define DORY_C3_STRIPS(DOT, FORM, CLIP, SHIFTS)                                                              \
  DORY_WORDS_BEGIN                                                                                           \
  "sw gp, %[gp]\n"                                                                                           \
  "sw tp, %[tp]\n"                                                                                           \
  DORY_C3_GET("a0", "input")                                                                                 \
  DORY_C3_GET("a1", "output")                                                                                \
  DORY_C3_GET("a2", "pixel")                                                                                 \
  DORY_C3_GET("a3", "down")                                                                                  \
  DORY_C3_GET("a4", "selector")                                                                              \
  "2:\n"                                                                                                     \
  DORY_C3_BEGIN(FORM)                                                                                        \
  "3:\n"                                                                                                     \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_WORD_A("t0")                                                                                       \
  DORY_C3_WORD_B("t1")                                                                                       \
  DORY_C3_LOAD                                                                                               \
  DORY_C3_GET("ra", "row_pairs")                                                                             \
  DORY_C3_WORD_A("t2")                                                                                       \
  DORY_C3_WORD_B("s0")                                                                                       \
  "beqz ra, 4f\n"                                                                                            \
  DORY_LOOP0("ra", "(2*" DORY_C3_ROW_WORDS(FORM, CLIP, SHIFTS) ")", "1")                                     \
  DORY_C3_ROW(DORY_C3_ROW_A, DOT, FORM, CLIP, SHIFTS, DORY_C3_EVEN)                                          \
  DORY_C3_ROW(DORY_C3_ROW_B, DOT, FORM, CLIP, SHIFTS, DORY_LOOP_LAST("1"), DORY_C3_ODD)                      \
  "4:\n"                                                                                                     \
  "bltz a4, 6f\n"                                                                                            \
  DORY_C3_NEXT_STRIP                                                                                         \
  "5:\n"                                                                                                     \
  DORY_C3_GET("s1", "last")                                                                                  \
  DORY_C3_GET("ra", "next_pair")                                                                             \
  DORY_C3_GET("tp", "pairs")                                                                                 \
  "bne a0, s1, 7f\n"                                                                                         \
  "addi tp, tp, -1\n"                                                                                        \
  "add a0, a0, ra\n"                                                                                         \
  "add a1, a1, ra\n"                                                                                         \
  "sw tp, %[pairs]\n"                                                                                        \
  "bnez tp, 2b\n"                                                                                            \
  "j 8f\n"                                                                                                   \
  "6:\n"                                                                                                     \
  DORY_C3_ROW(DORY_C3_ROW_A, DOT, FORM, CLIP, SHIFTS, DORY_C3_EVEN)                                          \
  SHIFTS("a")                                                                                                \
  DORY_C3_NEXT_STRIP                                                                                         \
  "j 5b\n"                                                                                                   \
  "7:\n"                                                                                                     \
  "sw s1, %[end]\n"                                                                                          \
  "sub a0, a0, a2\n"                                                                                         \
  "sub a1, a1, a2\n"                                                                                         \
  "j 3b\n"                                                                                                   \
  "8:\n"                                                                                                     \
  DORY_C3_GET("gp", "gp")                                                                                    \
  DORY_C3_GET("tp", "tp")                                                                                    \
  DORY_WORDS_END
/* clang-format on */

#define DORY_C3_RUN(DOT, FORM, CLIP, SHIFTS)                                                                 \
  __asm__ volatile(                                                                                          \
      DORY_C3_STRIPS(DOT, FORM, CLIP, SHIFTS)                                                                \
      : [weights] "+m"(work.weights), [pairs] "+m"(work.pairs), [end] "=m"(work.end),                        \
        [last] "=m"(work.last), [shift_a] "=m"(work.shift_a), [shift_b] "=m"(work.shift_b),                  \
        [extra_a] "=m"(work.extra_a), [extra_b] "=m"(work.extra_b), [gp] "=m"(work.gp), [tp] "=m"(work.tp)   \
      : [input] "m"(work.input), [output] "m"(work.output), [pixel] "m"(work.pixel), [down] "m"(work.down),  \
        [row_pairs] "m"(work.row_pairs), [next_input] "m"(work.next_input),                                  \
        [next_output] "m"(work.next_output), [span] "m"(work.span), [all] "m"(work.all),                     \
        [next_pair] "m"(work.next_pair), [constants] "m"(work.constants), [selector] "m"(work.selector)      \
      : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0", "s1", "s2", "s3", "s4", "s5", "s6",  \
        "s7", "s8", "s9", "s10", "s11", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7")

/* Everything but the channels. */
DORY_INLINE dory_columns_3x3_t dory_columns_3x3_begin(const dory_columns_tile_t *tile,
                                                      const dory_columns_run_t *run) {
  const int32_t pixel = tile->channels;
  const int32_t output_row = tile->columns * pixel;
  const int32_t two = 2 * pixel;
  const bool overlaps = (tile->columns & 1) != 0 && run->strips.begin == 0 && run->strips.size > 1;
  const int32_t odd_row = tile->rows & 1;
  dory_columns_3x3_t work;
  work.pixel = pixel;
  work.down = output_row - pixel;
  work.row_pairs = tile->rows >> 1;
  work.next_input = two - (tile->rows + 2) * tile->row_pitch;
  work.next_output = two - tile->rows * output_row - odd_row;
  work.span = overlaps ? two : run->strips.size * two;
  work.all = run->strips.size * two - (overlaps ? pixel : 0);
  work.next_pair = run->step * DORY_GROUP - work.all;
  work.constants = run->step * tile->group_words * 4;
  work.selector = odd_row != 0 ? (int32_t)UINT32_C(0x85010400) : 0x05010400;
  return work;
}

/* Whether the shifts of each pair of channels are the same; `shifts` are those of the first one. */
DORY_INLINE bool dory_columns_one_shift(const int32_t *shifts, int32_t pairs, int32_t step) {
  while (pairs > 0 && shifts[0] == shifts[1]) {
    pairs--;
    shifts += step;
  }
  return pairs == 0;
}

/* Whether the last words of all channels are limits, which are greater than shifts. */
DORY_INLINE bool dory_columns_limited(const int32_t *limits, int32_t pairs, int32_t step) {
  while (pairs > 0 && limits[0] > 31 && limits[1] > 31) {
    pairs--;
    limits += step;
  }
  return pairs == 0;
}

/* Where a test holds for all pairs of channels there is a shorter loop: the test, the form and the shifts. */
#define DORY_C3_RQ32_SHORTER  dory_columns_one_shift, DORY_C3_RQ32, DORY_C3_ONE_SHIFT
#define DORY_C3_RQ32C_SHORTER dory_columns_limited, DORY_C3_LIMITED, DORY_C3_TWO_SHIFTS
#define DORY_C3_RQH_SHORTER   dory_columns_one_shift, DORY_C3_RQH, DORY_C3_ONE_SHIFT

/* Runs over the first pair of channels of each group, then over the second one; an odd last channel is left
 * out. Output column 2 * i - 1 is the first one of strip i where strips overlap. */
#define DORY_C3(name, DOT, FORM, CLIP) DORY_C3_(name, DOT, FORM, CLIP, DORY_C3_##FORM##_SHORTER)
#define DORY_C3_(...)                  DORY_C3__(__VA_ARGS__)
#define DORY_C3__(name, DOT, FORM, CLIP, TEST, SHORTER, SHIFTS)                                              \
  DORY_SHARED void name(const dory_columns_tile_t *tile, const dory_columns_run_t *run) {                    \
    dory_columns_3x3_t work = dory_columns_3x3_begin(tile, run);                                             \
    const int32_t column = dory_max(2 * run->strips.begin - (tile->columns & 1), 0);                         \
    const int32_t step = run->step * tile->group_words;                                                      \
    const int32_t last = DORY_GROUP * (run->first + (run->count - 1) * run->step);                           \
    for (int32_t c = 0; c < DORY_GROUP; c += 2) {                                                            \
      const int32_t first = column * tile->channels + DORY_GROUP * run->first + c;                           \
      work.input = tile->input + first;                                                                      \
      work.output = tile->output + first;                                                                    \
      work.weights = tile->constants + run->first * tile->group_words + c;                                   \
      work.pairs = last + c + 2 <= tile->channels ? run->count : run->count - 1;                             \
      const int32_t *shifts = work.weights + tile->weight_words + DORY_C3_##FORM##_SHIFT;                    \
      if (work.pairs == 0) {                                                                                 \
        break;                                                                                               \
      }                                                                                                      \
      if (TEST(shifts, work.pairs, step)) {                                                                  \
        DORY_C3_RUN(DOT, SHORTER, CLIP, SHIFTS);                                                             \
      } else {                                                                                               \
        DORY_C3_RUN(DOT, DORY_C3_##FORM, CLIP, DORY_C3_TWO_SHIFTS);                                          \
      }                                                                                                      \
    }                                                                                                        \
  }

DORY_C3(dory_columns_3x3_rq32_u8_u8, "dotusp.b", RQ32, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rq32_u8_i8, "dotusp.b", RQ32, DORY_C3_TO_I8)
DORY_C3(dory_columns_3x3_rq32_i8_u8, "dotsp.b", RQ32, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rq32_i8_i8, "dotsp.b", RQ32, DORY_C3_TO_I8)
DORY_C3(dory_columns_3x3_rq32c_u8_u8, "dotusp.b", RQ32C, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rq32c_u8_i8, "dotusp.b", RQ32C, DORY_C3_TO_I8)
DORY_C3(dory_columns_3x3_rq32c_i8_u8, "dotsp.b", RQ32C, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rq32c_i8_i8, "dotsp.b", RQ32C, DORY_C3_TO_I8)
DORY_C3(dory_columns_3x3_rqh_u8_u8, "dotusp.b", RQH, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rqh_u8_i8, "dotusp.b", RQH, DORY_C3_TO_I8)
DORY_C3(dory_columns_3x3_rqh_i8_u8, "dotsp.b", RQH, DORY_C3_TO_U8)
DORY_C3(dory_columns_3x3_rqh_i8_i8, "dotsp.b", RQH, DORY_C3_TO_I8)

#endif
#endif
