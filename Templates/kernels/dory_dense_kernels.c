/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_dense_kernels.h"

#if DORY_SIMD

#include "dory_dense_block.h"
#include "dory_dense_gather.h"

/* A block of up to four pixels, or a run of them in a row, for one group of channels after the other. */
typedef struct {
  const uint8_t *first;  /* the window of the first pixel */
  const int8_t *weights; /* of the first group */
  void *output;          /* of the first group and pixel */
  int32_t pixels, groups;
  int32_t group_bytes; /* of a group's constants */
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
  int32_t low, high;     /* of codes, in each byte */
  bool has_nine;         /* windows are three lines of nine bytes */
} dory_dense_block_t;

#define DORY_SUMS_OF1 [a0] "=&r"(s[0]), [a1] "=&r"(s[1]), [a2] "=&r"(s[2]), [a3] "=&r"(s[3])
#define DORY_SUMS_OF2 DORY_SUMS_OF1, [b0] "=&r"(s[4]), [b1] "=&r"(s[5]), [b2] "=&r"(s[6]), [b3] "=&r"(s[7])
#define DORY_SUMS_OF3 DORY_SUMS_OF2, [c0] "=&r"(s[8]), [c1] "=&r"(s[9]), [c2] "=&r"(s[10]), [c3] "=&r"(s[11])
#define DORY_SUMS_OF4                                                                                        \
  DORY_SUMS_OF3, [d0] "=&r"(s[12]), [d1] "=&r"(s[13]), [d2] "=&r"(s[14]), [d3] "=&r"(s[15])
#define DORY_TEMPORARIES                                                                                     \
  [w0] "=&r"(w[0]), [w1] "=&r"(w[1]), [w2] "=&r"(w[2]), [w3] "=&r"(w[3]), [x] "=&r"(x), [y] "=&r"(y),        \
      [p] "=&r"(p), [w] "+&r"(weights), [o] "+&r"(output)
#define DORY_OPERANDS_WHOLE [rest] "r"(b->rest), [groups] "m"(groups)
#define DORY_OPERANDS_SEGMENTS                                                                               \
  [rest] "m"(b->rest), [steps] "m"(b->steps), [more] "m"(b->more), [gaps] "m"(b->gaps),                      \
      [across] "m"(b->across)
#define DORY_EXTRA_WHOLE
#define DORY_EXTRA_SEGMENTS , [t] "=&r"(t), [end] "+m"(end)

#define DORY_RUN_BLOCK(n, segmentation, text)                                                                \
  __asm__ volatile(text                                                                                      \
                   : DORY_SUMS_OF##n, DORY_TEMPORARIES DORY_EXTRA_##segmentation, [first] "+m"(first)        \
                   : [next] "r"(b->next), [back] "r"(b->back), [ahead] "m"(b->ahead), [skip] "m"(b->skip),   \
                     [last] "m"(b->last), [group0] "m"(b->weights), [beside] "m"(b->beside),                 \
                     [aside] "m"(b->aside), [low] "m"(b->low), [high] "m"(b->high),                          \
                     DORY_OPERANDS_##segmentation                                                            \
                   : "memory")

/* Groups of a single pixel two by two; the last one of an odd number is left. */
#define DORY_RUN_PAIRS(dot, form, limit, pack)                                                               \
  if (groups > 1) {                                                                                          \
    const int32_t pairs = groups >> 1;                                                                       \
    const int8_t *v;                                                                                         \
    groups &= 1;                                                                                             \
    __asm__ volatile(DORY_BLOCK_PAIRS(dot, form, limit, pack)                                                \
                     : DORY_SUMS_OF2, DORY_TEMPORARIES, [v] "=&r"(v)                                         \
                     : [pairs] "m"(pairs), [group] "r"(b->group_bytes), [rest] "r"(b->rest),                 \
                       [first] "m"(first), [low] "m"(b->low), [high] "m"(b->high)                            \
                     : "memory");                                                                            \
  }                                                                                                          \
  if (groups == 0) {                                                                                         \
    return;                                                                                                  \
  }
#define DORY_RUN_NO_PAIRS(dot, form, limit, pack)

/* A function that computes one block. */
#define DORY_DENSE_BLOCK(name, segmentation, dot, form, limit, pack, output_text, run_pairs)                 \
  DORY_INLINE void name(const dory_dense_block_t *b) {                                                       \
    int32_t s[16], w[4], x, y;                                                                               \
    int32_t groups = b->groups;                                                                              \
    const uint8_t *p;                                                                                        \
    const uint8_t *first = b->first;                                                                         \
    const uint8_t *end = b->end;                                                                             \
    const int32_t *t;                                                                                        \
    const int8_t *weights = b->weights;                                                                      \
    void *output = b->output;                                                                                \
    (void)t;                                                                                                 \
    (void)end;                                                                                               \
    (void)groups;                                                                                            \
    if (b->pixels == 4) {                                                                                    \
      DORY_RUN_BLOCK(4, segmentation, DORY_BLOCK_##segmentation(4, dot, form, limit, pack, output_text));    \
    } else if (b->pixels == 3) {                                                                             \
      DORY_RUN_BLOCK(3, segmentation, DORY_BLOCK_##segmentation(3, dot, form, limit, pack, output_text));    \
    } else if (b->pixels == 2) {                                                                             \
      DORY_RUN_BLOCK(2, segmentation, DORY_BLOCK_##segmentation(2, dot, form, limit, pack, output_text));    \
    } else {                                                                                                 \
      run_pairs(dot, form, limit, pack);                                                                     \
      DORY_RUN_BLOCK(1, segmentation, DORY_BLOCK_##segmentation(1, dot, form, limit, pack, output_text));    \
    }                                                                                                        \
  }

typedef void dory_dense_compute_t(const dory_dense_block_t *block);

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
  block->group_bytes = share->group_bytes;
  block->steps = share->steps;
  block->rest = share->steps - 1;
  block->more = share->segments - 1;
  block->gaps = gaps;
  block->next = share->window.gathered ? 4 * share->steps : share->input_column;
  block->ahead = DORY_DENSE_PIXELS * block->next;
  block->has_nine = dory_dense_has_nine(&share->window);
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

/* Sets the windows and constants of a block or of a run, and gathers the windows of a block. */
DORY_INLINE void dory_dense_aim(dory_dense_block_t *block, const dory_dense_share_t *share,
                                const uint8_t *input, int32_t pixels, int32_t blocks,
                                dory_dense_windows_t *windows) {
  block->weights = share->weights;
  block->first = input;
  if (windows && share->window.gathered) {
    if (block->has_nine) {
      dory_dense_gather_nine(input, share->window.line_step, pixels, share->input_column, windows->words);
    } else {
      dory_dense_gather(&share->window, input, pixels, share->input_column, block->next, windows);
    }
    block->first = (const uint8_t *)windows->words;
    blocks = 1;
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
static void dory_dense_copy(const int32_t *codes, int32_t pixels, int32_t channels, uint8_t *to,
                            int32_t beside) {
  for (int32_t pixel = 0; pixel < pixels; pixel++, to += beside) {
    for (int32_t channel = 0; channel < channels; channel++) {
      to[channel] = (uint8_t)(codes[pixel] >> 8 * channel);
    }
  }
}

/* Requantized within the blocks: whole groups go straight to the output, the channels of a last one that is
 * not whole by way of the stack. */
DORY_INLINE void dory_dense_fused(const dory_dense_share_t *share, uint8_t *output,
                                  dory_dense_compute_t *compute, dory_dense_windows_t *windows, int32_t *gaps,
                                  int32_t low, int32_t high) {
  const int32_t channels = share->channels;
  const int32_t beside = share->output_column * channels;
  const int32_t own = dory_min(share->groups * DORY_GROUP, channels - share->channel);
  const int32_t whole = own / DORY_GROUP;
  const int32_t partial = own % DORY_GROUP;
  dory_dense_block_t block;
  dory_dense_walk_t walk;
  block.low = low;
  block.high = high;
  block.pixels = 0;
  dory_dense_prepare(&block, share, gaps);
  output += share->channel;
  const bool in_runs = partial == 0 && share->most_pixels == DORY_DENSE_PIXELS;
  const int32_t ahead = DORY_DENSE_PIXELS * share->input_column;
  for (dory_dense_start(share, in_runs, &walk); walk.pixels > 0; dory_dense_advance(share, &walk)) {
    int32_t codes[DORY_DENSE_PIXELS];
    uint8_t *to = output + walk.position * channels;
    const uint8_t *input = walk.input;
    int32_t calls = windows && share->window.gathered ? walk.blocks : 1; /* one does a run in the tile */
    if (walk.pixels != block.pixels || partial > 0) {
      dory_dense_size(&block, walk.pixels, beside);
    }
    dory_dense_aim(&block, share, input, walk.pixels, walk.blocks, windows);
    dory_dense_send(&block, to, whole);
    if (whole == 0) {
      calls = 0;
    }
    for (;;) {
      if (calls == 0) { /* the last group is left */
        dory_dense_size(&block, walk.pixels, DORY_GROUP);
        dory_dense_send(&block, codes, 1);
      }
      compute(&block);
      calls--;
      if (calls > 0) {
        input += ahead;
        to += block.across;
        dory_dense_aim(&block, share, input, walk.pixels, 1, windows);
        dory_dense_send(&block, to, whole);
      } else if (calls == 0 && partial > 0) {
        block.weights += whole * share->group_bytes;
      } else {
        break;
      }
    }
    if (partial > 0) {
      dory_dense_copy(codes, walk.pixels, partial, to + DORY_GROUP * whole, beside);
    }
  }
}

/* The same for a share that is a single position. */
DORY_INLINE void dory_dense_single(const dory_dense_share_t *share, uint8_t *output,
                                   dory_dense_compute_t *compute, int32_t low, int32_t high) {
  dory_dense_block_t block;
  block.first = share->input;
  block.weights = share->weights;
  block.output = output + share->channel;
  block.pixels = 1;
  block.groups = share->groups;
  block.group_bytes = share->group_bytes;
  block.rest = share->steps - 1;
  block.next = 0;
  block.back = 4;
  block.low = low;
  block.high = high;
  compute(&block);
}

/* Sums that are requantized apart, group by group. */
DORY_INLINE void dory_dense_apart(const dory_dense_share_t *share, dory_dense_sums_t *group,
                                  dory_dense_finish_t *finish, dory_dense_compute_t *compute,
                                  dory_dense_windows_t *windows, int32_t *gaps) {
  int32_t sums[DORY_DENSE_PIXELS * DORY_GROUP];
  const int32_t weight_bytes = 16 * share->steps * share->segments;
  dory_dense_block_t block;
  dory_dense_walk_t walk;
  group->sums = sums;
  group->step = share->output_column * share->channels;
  dory_dense_prepare(&block, share, gaps);
  for (dory_dense_start(share, false, &walk); walk.pixels > 0; dory_dense_advance(share, &walk)) {
    int32_t left = share->channels - share->channel;
    dory_dense_aim(&block, share, walk.input, walk.pixels, 1, windows);
    dory_dense_size(&block, walk.pixels, 0);
    dory_dense_send(&block, sums, 1);
    group->pixels = walk.pixels;
    group->index = walk.position * share->channels + share->channel;
    for (int32_t i = 0; i < share->groups; i++) {
      compute(&block);
      group->parameters = (const int32_t *)(block.weights + weight_bytes);
      group->channels = dory_min(left, DORY_GROUP);
      finish(group);
      block.weights += share->group_bytes;
      group->index += DORY_GROUP;
      left -= DORY_GROUP;
    }
  }
}

/* A kernel for windows of one segment. */
#define DORY_DENSE_WHOLE(name, dot, form, limit, pack)                                                       \
  DORY_DENSE_BLOCK(name##_block, WHOLE, dot, form, limit, pack, DORY_OUTPUT, DORY_RUN_PAIRS)                 \
  static __attribute__((noinline)) void name##_many(const dory_dense_share_t *share, void *output,           \
                                                    int32_t low, int32_t high) {                             \
    dory_dense_windows_t windows;                                                                            \
    dory_dense_fused(share, output, name##_block, &windows, 0, low, high);                                   \
  }                                                                                                          \
  static __attribute__((noinline)) void name##_single(const dory_dense_share_t *share, void *output,         \
                                                      int32_t low, int32_t high) {                           \
    dory_dense_single(share, output, name##_block, low, high);                                               \
  }                                                                                                          \
  void name(const dory_dense_share_t *share, void *output, int32_t low, int32_t high) {                      \
    if (share->is_single) {                                                                                  \
      name##_single(share, output, low, high);                                                               \
    } else {                                                                                                 \
      name##_many(share, output, low, high);                                                                 \
    }                                                                                                        \
  }

/* A kernel for windows of any number of segments. */
#define DORY_DENSE_SEGMENTED(name, dot, form, limit, pack)                                                   \
  DORY_DENSE_BLOCK(name##_segments_block, SEGMENTS, dot, form, limit, pack, DORY_OUTPUT, DORY_RUN_NO_PAIRS)  \
  void name##_segments(const dory_dense_share_t *share, void *output, int32_t low, int32_t high) {           \
    int32_t gaps[DORY_DENSE_SEGMENTS + 1];                                                                   \
    dory_dense_fused(share, output, name##_segments_block, 0, gaps, low, high);                              \
  }
/* Both. */
#define DORY_DENSE_FUSED(name, dot, form, limit, pack)                                                       \
  DORY_DENSE_WHOLE(name, dot, form, limit, pack)                                                             \
  DORY_DENSE_SEGMENTED(name, dot, form, limit, pack)

/* A kernel of each kind that leaves sums. */
#define DORY_DENSE_APART(name, dot)                                                                          \
  DORY_DENSE_BLOCK(name##_block, WHOLE, dot, DORY_FORM_NONE, DORY_LIMIT_NONE, DORY_PACK_NONE, DORY_SUMS,     \
                   DORY_RUN_NO_PAIRS)                                                                        \
  void name(const dory_dense_share_t *share, dory_dense_sums_t *sums, dory_dense_finish_t *finish) {         \
    dory_dense_windows_t windows;                                                                            \
    dory_dense_apart(share, sums, finish, name##_block, &windows, 0);                                        \
  }                                                                                                          \
  DORY_DENSE_BLOCK(name##_segments_block, SEGMENTS, dot, DORY_FORM_NONE, DORY_LIMIT_NONE, DORY_PACK_NONE,    \
                   DORY_SUMS, DORY_RUN_NO_PAIRS)                                                             \
  void name##_segments(const dory_dense_share_t *share, dory_dense_sums_t *sums,                             \
                       dory_dense_finish_t *finish) {                                                        \
    int32_t gaps[DORY_DENSE_SEGMENTS + 1];                                                                   \
    dory_dense_apart(share, sums, finish, name##_segments_block, 0, gaps);                                   \
  }

/* Those of one type of the input. */
#define DORY_DENSE_OF(input, dot)                                                                            \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32_u8, dot, DORY_FORM_RQ32, DORY_LIMIT_U8, DORY_PACK_ALL)          \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32_i8, dot, DORY_FORM_RQ32, DORY_LIMIT_I8, DORY_PACK_ALL)          \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32_within_u8, dot, DORY_FORM_RQ32, DORY_LIMIT_U8,                  \
                   DORY_PACK_WITHIN_U8)                                                                      \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32_within_i8, dot, DORY_FORM_RQ32, DORY_LIMIT_I8,                  \
                   DORY_PACK_WITHIN_I8)                                                                      \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32c, dot, DORY_FORM_RQ32C, DORY_LIMIT_NONE, DORY_PACK_ALL)         \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32c_within_u8, dot, DORY_FORM_RQ32C, DORY_LIMIT_U8,                \
                   DORY_PACK_WITHIN_U8)                                                                      \
  DORY_DENSE_FUSED(dory_dense_##input##_rq32c_within_i8, dot, DORY_FORM_RQ32C, DORY_LIMIT_I8,                \
                   DORY_PACK_WITHIN_I8)                                                                      \
  DORY_DENSE_FUSED(dory_dense_##input##_rqh_within_u8, dot, DORY_FORM_RQH, DORY_LIMIT_U8,                    \
                   DORY_PACK_WITHIN_U8)                                                                      \
  DORY_DENSE_FUSED(dory_dense_##input##_rqh_within_i8, dot, DORY_FORM_RQH, DORY_LIMIT_I8,                    \
                   DORY_PACK_WITHIN_I8)                                                                      \
  DORY_DENSE_SEGMENTED(dory_dense_##input##_rq64_within_u8, dot, DORY_FORM_RQ64, DORY_LIMIT_U8,              \
                       DORY_PACK_WITHIN_U8)                                                                  \
  DORY_DENSE_SEGMENTED(dory_dense_##input##_rq64_within_i8, dot, DORY_FORM_RQ64, DORY_LIMIT_I8,              \
                       DORY_PACK_WITHIN_I8)                                                                  \
  DORY_DENSE_SEGMENTED(dory_dense_##input##_rq64s_within_u8, dot, DORY_FORM_RQ64S, DORY_LIMIT_U8,            \
                       DORY_PACK_WITHIN_U8)                                                                  \
  DORY_DENSE_SEGMENTED(dory_dense_##input##_rq64s_within_i8, dot, DORY_FORM_RQ64S, DORY_LIMIT_I8,            \
                       DORY_PACK_WITHIN_I8)                                                                  \
  DORY_DENSE_APART(dory_dense_##input##_apart, dot)
DORY_DENSE_OF(u8, "dotusp.b")
DORY_DENSE_OF(i8, "dotsp.b")
DORY_DENSE_OF(u16, "dotusp.h")
DORY_DENSE_OF(i16, "dotsp.h")

#define DORY_DENSE_FINISH(name, form)                                                                        \
  void name(const dory_dense_sums_t *sums) {                                                                 \
    dory_dense_finish(form, sums);                                                                           \
  }
DORY_DENSE_FINISH(dory_dense_finish_raw, DORY_RAW)
DORY_DENSE_FINISH(dory_dense_finish_rq32, DORY_RQ32)
DORY_DENSE_FINISH(dory_dense_finish_rq32c, DORY_RQ32C)
DORY_DENSE_FINISH(dory_dense_finish_rqh, DORY_RQH)
DORY_DENSE_FINISH(dory_dense_finish_rq64, DORY_RQ64)
DORY_DENSE_FINISH(dory_dense_finish_rq64s, DORY_RQ64S)
DORY_DENSE_FINISH(dory_dense_finish_rq64x, DORY_RQ64X)
DORY_DENSE_FINISH(dory_dense_finish_rq64t, DORY_RQ64T)
DORY_DENSE_FINISH(dory_dense_finish_thr, DORY_THR)

#endif
