/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of dory_dense as C: what the inner loops need, and functions around them. */
#ifndef DORY_DENSE_RUN_H
#define DORY_DENSE_RUN_H

#include "dory_dense_block.h"
#include "dory_dense_gather.h"

#if DORY_SIMD

/* A block of up to four pixels, or a run of them in a row, for one group of channels after the other. */
typedef struct {
  const uint8_t *first;  /* the window of the first pixel */
  const int8_t *weights; /* of the first group */
  void *output;          /* of the first group and pixel */
  int32_t pixels, groups;
  int32_t steps, rest; /* words of a segment; all but the first one */
  int32_t more;        /* segments but the first one */
  const int32_t *gaps; /* bytes from the end of each segment to the next one */
  int32_t next,
      back; /* bytes from a pixel's window to the next; from the last to the next step of the first */
  int32_t beside, aside; /* the same of the output: to the next pixel; to the next group of the first */
  const uint8_t *end;    /* of the first pixel's output */
  const uint8_t *last;   /* the window after a run of blocks of four pixels */
  int32_t ahead, across; /* bytes from the windows and outputs of such a block to the next one's */
  int32_t skip;          /* the same from the end of the output */
  int32_t tail;          /* bytes of a group's parameters */
  int32_t limits[2];     /* the least and the greatest code, in each byte */
} dory_dense_block_t;

/* Registers that all blocks use beside those of the sums. They are fixed, since together these are all that a
 * compiler hands out, and PULP GCC's way of choosing them does not always succeed then. */
#define DORY_REGISTERS                                                                                       \
  register int32_t w0 __asm__("s8"), w1 __asm__("s9"), w2 __asm__("s10"), w3 __asm__("s11");                 \
  register int32_t x __asm__("t4"), y __asm__("t5");                                                         \
  register const uint8_t *p __asm__("t6")
#define DORY_TEMPORARIES                                                                                     \
  [w0] "=&r"(w0), [w1] "=&r"(w1), [w2] "=&r"(w2), [w3] "=&r"(w3), [x] "=&r"(x), [y] "=&r"(y), [p] "=&r"(p)

/* What one of them has beside: a register, and operands. */
#define DORY_REGISTER_WHOLE    register int32_t rest __asm__("ra") = b->rest
#define DORY_REGISTER_SEGMENTS register const int32_t *t __asm__("ra")
#define DORY_OUTPUTS_WHOLE
#define DORY_OUTPUTS_SEGMENTS , [t] "=&r"(t), [end] "+o"(end)
#define DORY_INPUTS_WHOLE     [rest] "r"(rest), [groups] "o"(b->groups)
#define DORY_INPUTS_SEGMENTS                                                                                 \
  [rest] "o"(b->rest), [steps] "o"(b->steps), [more] "o"(b->more), [gaps] "o"(b->gaps),                      \
      [across] "o"(b->across)

#define DORY_RUN_BLOCK(n, segmentation, text)                                                                \
  {                                                                                                          \
    DORY_REGISTERS;                                                                                          \
    DORY_REGISTER_##segmentation;                                                                            \
    register int32_t next __asm__("a4") = b->next;                                                           \
    register int32_t back __asm__("a5") = b->back;                                                           \
    register const int8_t *weights __asm__("a6");                                                            \
    register void *output __asm__("a7") = b->output;                                                         \
    __asm__ volatile(text                                                                                    \
                     : DORY_TEMPORARIES, [w] "=&r"(weights), [o] "+&r"(output),                              \
                       [first] "+o"(first)DORY_OUTPUTS_##segmentation                                        \
                     : [next] "r"(next), [back] "r"(back), [ahead] "o"(b->ahead), [skip] "o"(b->skip),       \
                       [last] "o"(b->last), [group0] "o"(b->weights), [beside] "o"(b->beside),               \
                       [aside] "o"(b->aside), [limits] "o"(b->limits), [tail] "o"(b->tail),                  \
                       DORY_INPUTS_##segmentation                                                            \
                     : DORY_OVERWRITTEN, DORY_SUMS_OF##n);                                                   \
  }

/* A function that computes pairs of groups of a single position, from *weights and *output on. */
#define DORY_DENSE_PAIRS(name, dot, form, limit, pack)                                                       \
  DORY_INLINE void name(const uint8_t *first, int32_t pairs, int32_t group_bytes, int32_t rest,              \
                        int32_t tail, int32_t low, int32_t high, const int8_t **next_weights,                \
                        uint8_t **next_output) {                                                             \
    const int32_t limits[2] = {low, high};                                                                   \
    const int8_t *v;                                                                                         \
    const int8_t *weights = *next_weights;                                                                   \
    uint8_t *output = *next_output;                                                                          \
    DORY_REGISTERS;                                                                                          \
    __asm__ volatile(DORY_BLOCK_PAIRS(dot, form, limit, pack)                                                \
                     : DORY_TEMPORARIES, [w] "+&r"(weights), [o] "+&r"(output), [v] "=&r"(v)                 \
                     : [pairs] "r"(pairs), [group] "r"(group_bytes), [rest] "r"(rest), [first] "r"(first),   \
                       [tail] "o"(tail), [limits] "o"(limits)                                                \
                     : DORY_OVERWRITTEN, DORY_SUMS_OF2);                                                     \
    *next_weights = weights;                                                                                 \
    *next_output = output;                                                                                   \
  }

/* A function that computes one block. */
#define DORY_DENSE_BLOCK(name, segmentation, dot, form, limit, pack, output_text)                            \
  DORY_INLINE void name(const dory_dense_block_t *b) {                                                       \
    const uint8_t *first = b->first;                                                                         \
    const uint8_t *end = b->end;                                                                             \
    (void)end;                                                                                               \
    if (b->pixels == 4) {                                                                                    \
      DORY_RUN_BLOCK(4, segmentation, DORY_BLOCK_##segmentation(4, dot, form, limit, pack, output_text))     \
    } else if (b->pixels == 3) {                                                                             \
      DORY_RUN_BLOCK(3, segmentation, DORY_BLOCK_##segmentation(3, dot, form, limit, pack, output_text))     \
    } else if (b->pixels == 2) {                                                                             \
      DORY_RUN_BLOCK(2, segmentation, DORY_BLOCK_##segmentation(2, dot, form, limit, pack, output_text))     \
    } else {                                                                                                 \
      DORY_RUN_BLOCK(1, segmentation, DORY_BLOCK_##segmentation(1, dot, form, limit, pack, output_text))     \
    }                                                                                                        \
  }

typedef void dory_dense_compute_t(const dory_dense_block_t *block);
typedef void dory_dense_pairs_t(const uint8_t *first, int32_t pairs, int32_t group_bytes, int32_t rest,
                                int32_t tail, int32_t low, int32_t high, const int8_t **next_weights,
                                uint8_t **next_output);

/* Bytes from the end of each segment to the start of the next one. */
DORY_INLINE void dory_dense_gaps(const dory_dense_share_t *share, int32_t *gaps) {
  const dory_dense_window_t *window = &share->window;
  const int32_t within = window->piece_step - 4 * share->steps;
  const int32_t across = window->line_step - (window->pieces - 1) * window->piece_step - 4 * share->steps;
  int32_t piece = 0;
  for (int32_t i = 0; i < share->segments; i++) {
    piece++;
    gaps[i] = piece < window->pieces ? within : across;
    piece = piece < window->pieces ? piece : 0;
  }
}

/* What all blocks of a share have in common. */
DORY_INLINE void dory_dense_prepare(dory_dense_block_t *block, const dory_dense_share_t *share,
                                    int32_t *gaps) {
  block->steps = share->steps;
  block->rest = share->steps - 1;
  block->more = share->segments - 1;
  block->gaps = gaps;
  block->next = share->window.gathered ? 4 * share->steps : share->input_column;
  block->ahead = DORY_DENSE_PIXELS * block->next;
  block->tail = share->group_bytes - 16 * share->steps * share->segments;
  if (gaps) {
    dory_dense_gaps(share, gaps);
  }
}

/* Sets how many pixels blocks have, and where their outputs lie from one pixel to the next. */
DORY_INLINE void dory_dense_size(dory_dense_block_t *block, int32_t pixels, int32_t beside) {
  block->pixels = pixels;
  block->back = 4 - (pixels - 1) * block->next;
  block->beside = beside;
  block->aside = 4 - (pixels - 1) * beside;
  block->across = DORY_DENSE_PIXELS * beside;
}

/* Sets the windows and constants of `blocks` blocks in a row, which are gathered where windows are. */
DORY_INLINE void dory_dense_aim(dory_dense_block_t *block, const dory_dense_share_t *share,
                                const uint8_t *input, int32_t pixels, int32_t blocks,
                                dory_dense_windows_t *windows) {
  block->weights = share->weights;
  block->first = input;
  if (windows && share->window.gathered) {
    dory_dense_gather(&share->window, input, pixels * blocks, share->input_column, block->next, windows);
    block->first = (const uint8_t *)windows->words;
  }
  block->last = block->first + blocks * block->ahead;
}

/* Sends the codes of `groups` groups to `output`. */
DORY_INLINE void dory_dense_send(dory_dense_block_t *block, void *output, int32_t groups) {
  block->output = output;
  block->groups = groups;
  block->end = (uint8_t *)output + DORY_GROUP * groups;
  block->skip = block->across - DORY_GROUP * groups;
}

/* Copies the codes of a group's first channels; pixels lie `beside` bytes apart. */
DORY_INLINE void dory_dense_copy(const int32_t *codes, int32_t pixels, int32_t channels, uint8_t *to,
                                 int32_t beside) {
  for (int32_t pixel = 0; pixel < pixels; pixel++, to += beside) {
    for (int32_t channel = 0; channel < channels; channel++) {
      to[channel] = (uint8_t)(codes[pixel] >> 8 * channel);
    }
  }
}

#endif
#endif
