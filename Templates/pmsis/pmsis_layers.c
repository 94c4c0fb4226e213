/* SPDX-License-Identifier: Apache-2.0 */
/* What happens around every layer. */
#include "pmsis_checks.h"

#ifdef DORY_CHECK_LAYERS

#include <stdio.h>

#include "pmsis_crc32.h"
#include "pmsis_l3.h"
#include "pmsis_plan.h"

/* Bytes of RAM that are checked at a time. */
enum { WINDOW_BYTES = 512 };

typedef struct {
  const char *name;
  uint32_t cycles, waited; /* for L3, part of the cycles */
  uint32_t crc;
} layer_t;

static layer_t layers[PMSIS_LAYERS];
static uint32_t window[WINDOW_BYTES / 4];
static uint32_t begin, waited;

void pmsis_start_cycles(void) {
  pi_perf_conf(1u << PI_PERF_CYCLES);
  pi_perf_reset();
  pi_perf_start();
}

void pmsis_count_l3(uint32_t cycles) {
  waited += cycles;
}

static uint32_t crc_in_ram(const dory_tensor_t *tensor) {
  uint32_t crc = 0;
  for (uint32_t offset = 0; offset < tensor->bytes; offset += WINDOW_BYTES) {
    const uint32_t left = tensor->bytes - offset;
    const uint32_t bytes = left < WINDOW_BYTES ? left : (uint32_t)WINDOW_BYTES;
    dory_l3_t request = {0};
    pmsis_l3_start(&request, PMSIS_RAM_READ, tensor->offset + offset, window, dory_align4(bytes), false);
    dory_l3_wait(&request);
    crc = pmsis_crc32(crc, window, bytes);
  }
  return crc;
}

void dory_layer_begin(int32_t step, const char *name) {
  layers[step].name = name;
  waited = 0;
  begin = pmsis_cycles();
}

/* The check itself takes time after that of the layer, and before that of the next one. */
void dory_layer_done(int32_t step, const dory_tensor_t *output) {
  layer_t *layer = &layers[step];
  layer->cycles = pmsis_cycles() - begin;
  layer->waited = waited;
  layer->crc =
      output->level == DORY_L2 ? pmsis_crc32(0, dory_l2(output->offset), output->bytes) : crc_in_ram(output);
  pmsis_check_stacks(layer->name);
}

/* Prints hundredths of a cycle's multiply-accumulates, since not all SDKs print floating point; no figures
 * where no cycles are counted. */
static void print_row(const char *name, uint32_t cycles, uint32_t waiting, uint64_t macs,
                      const char *result) {
  if (cycles == 0) {
    printf("%-24s %10s %10s %10s  %s\n", name, "-", "-", "-", result);
    return;
  }
  const uint32_t hundredths = (uint32_t)(macs * 100 / cycles);
  printf("%-24s %10u %10u %7u.%02u  %s\n", name, (unsigned)cycles, (unsigned)waiting,
         (unsigned)(hundredths / 100), (unsigned)(hundredths % 100), result);
}

int32_t pmsis_report_layers(void) {
  uint32_t cycles = 0, waiting = 0;
  uint64_t macs = 0;
  int32_t differing = 0, first = 0;
  printf("%-24s %10s %10s %10s  %s\n", "layer", "cycles", "of them L3", "MAC/cycle", "output");
  for (int32_t i = 0; i < PMSIS_LAYERS; i++) {
    const bool is_equal = layers[i].crc == dory_layer_crcs[i];
    if (!is_equal && differing++ == 0) {
      first = i;
    }
    print_row(layers[i].name, layers[i].cycles, layers[i].waited, dory_layer_macs[i],
              is_equal ? "equal" : "DIFFERS");
    cycles += layers[i].cycles;
    waiting += layers[i].waited;
    macs += dory_layer_macs[i];
  }
  print_row("all layers", cycles, waiting, macs, differing == 0 ? "equal" : "DIFFERS");
  if (differing > 0) {
    printf("error: layer '%s' is the first of %d whose output differs: CRC-32 0x%08x, expected 0x%08x\n",
           layers[first].name, (int)differing, (unsigned)layers[first].crc, (unsigned)dory_layer_crcs[first]);
  }
  return differing;
}

#else

static const char *running;

void dory_layer_begin(int32_t step, const char *name) {
  (void)step;
  running = name;
}

void dory_layer_done(int32_t step, const dory_tensor_t *output) {
  (void)step;
  (void)output;
  pmsis_check_stacks(running);
}

#endif
