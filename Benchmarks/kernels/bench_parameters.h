/* SPDX-License-Identifier: Apache-2.0 */
/* Random parameters of an output channel, in the plain order and in that of groups (dory_group.h). */
#ifndef BENCH_PARAMETERS_H
#define BENCH_PARAMETERS_H

#include "bench.h"
#include "dory_group.h"

/* What the parameters of a layer's channels have in common. */
typedef struct {
  dory_form_t form; /* of groups; the plain order has one that gives the same codes */
  dory_type_t output_type;
  int32_t entries;  /* exceptions or thresholds, or unused words of the forms of groups alone */
  int32_t greatest; /* magnitude of a sum and its bias, which is 4096 at most */
  bool is_wide;     /* forms of 64 bits shift by 32 at least, else by less */
  bool one_shift;   /* all channels are shifted alike in DORY_RQ32 and DORY_RQ32P */
} bench_rule_t;

/* The form of the plain order, its exceptions or thresholds, and its words for a channel. */
dory_form_t bench_plain_form(dory_form_t form);
int32_t bench_plain_entries(const bench_rule_t *rule);
int32_t bench_plain_words(const bench_rule_t *rule);

/* Makes the words of one channel: bench_plain_words and dory_group_words of them. */
void bench_parameters(const bench_rule_t *rule, int32_t *plain, int32_t *grouped);

#endif
