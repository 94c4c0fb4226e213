/* SPDX-License-Identifier: Apache-2.0 */
/* Copies and requests of the back-end pmsis on the stand-in, against plain loops. Built with a network.h that
 * defines NETWORK_L1_BYTES, NETWORK_L2_BYTES and NETWORK_CORES, and without pmsis_network.c and
 * pmsis_storage.c. */
#include <string.h>

#include "pmsis_l3.h"
#include "pmsis_storage.h"
#include "standin.h"

enum { L1 = NETWORK_L1_BYTES, L2 = NETWORK_L2_BYTES };
uint8_t *pmsis_l1;
uint8_t pmsis_l2[L2];
static uint8_t l1_expected[L1], l2_expected[L2], external[1 << 20];
static uint64_t state;
static int failures;

static uint32_t pick(uint32_t bound) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(state >> 33) % bound;
}

static void expect(bool holds, const char *what) {
  if (!holds) {
    printf("FAILED: %s\n", what);
    failures++;
  }
}

/* RAM and flash are one array: pieces are copied when they complete. */
static void copy_in(const standin_transfer_t *t) {
  memcpy(t->data, external + t->address, t->bytes);
}
static void copy_out(const standin_transfer_t *t) {
  memcpy(external + t->address, t->data, t->bytes);
}
void pmsis_storage_start(pmsis_direction_t direction, uint32_t address, void *memory, uint32_t bytes,
                         pi_task_t *done) {
  const bool is_read = direction != PMSIS_RAM_WRITE;
  standin_start(&(standin_transfer_t){is_read ? copy_in : copy_out, 0, address, memory, bytes, done},
                is_read);
}

/* Random copies in up to 3 groups that are open at a time; each region is used by one copy only. */
static void copies(void *unused) {
  (void)unused;
  for (int round = 0; round < 200; round++) {
    dory_dma_t groups[3] = {0};
    uint32_t l1 = 0, l2 = 0;
    dory_copy_t all[12];
    int group_of[12], count = 0;
    for (int i = 0; i < L1; i++)
      l1_expected[i] = pmsis_l1[i] = (uint8_t)pick(256);
    for (int i = 0; i < L2; i++)
      l2_expected[i] = pmsis_l2[i] = (uint8_t)pick(256);
    for (int g = 0; g < 3; g++)
      dory_dma_open(&groups[g]);
    for (int c = 0; c < 12; c++) {
      const bool is_large = pick(8) == 0;
      dory_copy_t copy = {.lines = (int32_t)(1 + pick(is_large ? 2 : 40)),
                          .bytes = (int32_t)(1 + pick(is_large ? 50000 : 200))};
      copy.l1_stride = copy.bytes + (pick(2) ? 0 : (int32_t)pick(20));
      copy.l2_stride = copy.bytes + (pick(3) ? (int32_t)pick(300) : pick(4) ? 0 : 33000);
      copy.l1 = l1, copy.l2 = l2;
      const uint32_t l1_size = (uint32_t)(copy.lines * copy.l1_stride),
                     l2_size = (uint32_t)(copy.lines * copy.l2_stride);
      if (l1 + l1_size > L1 || l2 + l2_size > L2)
        continue;
      l1 += l1_size, l2 += l2_size;
      const bool is_load = pick(2) == 0;
      for (int32_t k = 0; k < copy.lines; k++) {
        uint8_t *a = l1_expected + copy.l1 + (uint32_t)(k * copy.l1_stride),
                *b = l2_expected + copy.l2 + (uint32_t)(k * copy.l2_stride);
        memcpy(is_load ? a : b, is_load ? b : a, (size_t)copy.bytes);
      }
      all[count] = copy;
      group_of[count] = (int)pick(3);
      (is_load ? dory_dma_load : dory_dma_store)(&groups[group_of[count]], &copy);
      count++;
    }
    for (int g = 2; g >= 0; g--) {
      dory_dma_wait(&groups[g]), dory_dma_wait(&groups[g]);
      for (int c = 0; c < count; c++) {
        for (int32_t k = 0; group_of[c] == g && k < all[c].lines; k++) {
          const uint32_t at1 = all[c].l1 + (uint32_t)(k * all[c].l1_stride),
                         at2 = all[c].l2 + (uint32_t)(k * all[c].l2_stride);
          expect(memcmp(l1_expected + at1, pmsis_l1 + at1, (size_t)all[c].bytes) == 0 &&
                     memcmp(l2_expected + at2, pmsis_l2 + at2, (size_t)all[c].bytes) == 0,
                 "a group's copies are there after its wait");
        }
      }
    }
    expect(memcmp(l1_expected, pmsis_l1, L1) == 0 && memcmp(l2_expected, pmsis_l2, L2) == 0,
           "copies are those of plain loops");
  }
}

static void requests(void *unused) {
  (void)unused;
  for (int i = 0; i < (int)sizeof external; i++)
    external[i] = (uint8_t)pick(256);
  for (int round = 0; round < 100; round++) {
    static dory_l3_t all[20]; /* a request is used again as it was left */
    uint32_t at = 0;
    int count = 0;
    memcpy(l2_expected, pmsis_l2, L2);
    static uint8_t external_expected[sizeof external];
    memcpy(external_expected, external, sizeof external);
    while (count < 20) {
      const uint32_t bytes = 4 * pick(pick(4) == 0 ? 16000 : 500), address = at;
      if (at + bytes > L2)
        break;
      at += bytes;
      const int kind = (int)pick(6);
      const bool is_write = kind == 2 || kind == 3;
      memcpy(is_write ? external_expected + address : l2_expected + address,
             is_write ? pmsis_l2 + address : external + address, bytes);
      void (*const start[])(dory_l3_t *, uint32_t, uint32_t,
                            uint32_t) = {dory_ram_read,         dory_ram_read_ahead, dory_ram_write,
                                         dory_ram_write_behind, dory_flash_read,     dory_flash_read_ahead};
      start[kind](&all[count++], address, address, bytes);
    }
    for (int i = count; i-- > 0;)
      dory_l3_wait(&all[(i * 7 + round) % count]); /* some twice, some not */
    for (int i = 0; i < count; i++)
      dory_l3_wait(&all[i]);
    expect(memcmp(l2_expected, pmsis_l2, L2) == 0 &&
               memcmp(external_expected, external, sizeof external) == 0,
           "requests are those of plain loops");
  }
}

/* Copies of a group go on together, also those of more than one command, until something waits for the group.
 */
static void lateness(void *unused) {
  (void)unused;
  for (int i = 0; i < 4096; i++)
    pmsis_l2[i] = (uint8_t)(1 + pick(100)), pmsis_l1[i] = 0;
  dory_dma_t group = {0};
  dory_dma_open(&group);
  for (uint32_t i = 0; i < 4; i++)
    dory_dma_load(&group, &(dory_copy_t){1024 * i, 1024 * i, 1, 1024, 0, 0});
  for (uint32_t i = 0; i < 4; i++)
    expect(memcmp(pmsis_l1 + 1024 * i, pmsis_l2 + 1024 * i, 1024) != 0, "a copy is not waited for early");
  dory_dma_wait(&group);
  expect(memcmp(pmsis_l1, pmsis_l2, 4096) == 0, "a group arrives");
}

/* What is needed overtakes what is fetched ahead, after one piece of it at most. */
static void priorities(void *unused) {
  (void)unused;
  dory_l3_t ahead = {0}, needed = {0};
  dory_ram_read_ahead(&ahead, 0, 0, 200000 & ~3u);
  dory_ram_read(&needed, 300000, 300000, 40000);
  dory_l3_wait(&needed);
  expect(ahead.is_under_way && ahead.left >= 180000,
         "what is needed does not wait for what is fetched ahead");
  dory_l3_wait(&ahead);
  expect(memcmp(pmsis_l2, external, 200000) == 0, "what is fetched ahead arrives");
}

static void run(struct pi_device *cluster, void (*entry)(void *)) {
  static uint32_t stacks[4096];
  struct pi_cluster_task task;
  pi_cluster_task(&task, entry, 0);
  task.nb_cores = NETWORK_CORES, task.stacks = stacks, task.stack_size = sizeof stacks / 2,
  task.slave_stack_size = 512;
  expect(pi_cluster_send_task(cluster, &task) == 0, "the cluster runs");
}

static void application(void) {
  struct pi_device cluster;
  struct pi_cluster_conf configuration;
  pi_cluster_conf_init(&configuration);
  pi_open_from_conf(&cluster, &configuration);
  pi_cluster_open(&cluster);
  pmsis_l1 = pi_cl_l1_malloc(&cluster, L1);
  state = 1 + standin_chance(1000000);
  pmsis_l3_open();
  run(&cluster, copies);
  run(&cluster, requests);
  if (getenv("STANDIN_SEED") == 0)
    run(&cluster, priorities), run(&cluster, lateness);
  pi_cl_l1_free(&cluster, pmsis_l1, L1);
  pi_cluster_close(&cluster);
  pmsis_exit(failures > 0);
}

int main(void) {
  return pmsis_kickoff((void *)application);
}
