/* SPDX-License-Identifier: Apache-2.0 */
/* Each FAULT breaks another rule of the machine. */
#include "measure.h"

enum {
  ILLEGAL,
  CALL,
  BREAKPOINT,
  LOAD,
  STORE,
  JUMP,
  STACK,
  BARRIER,
  MISALIGNED,
  COPY,
  EXTERNAL,
  REGISTER,
  WORKER
};

#define DEEP 2500

__attribute__((noinline)) void break_rule(void) {
  dory_l3_t request;
  dory_dma_t group;
  dory_dma_open(&group);
  switch (FAULT) {
  case ILLEGAL:
    __asm__ volatile(".word 0xffffffff");
    break;
  case CALL:
    __asm__ volatile("ecall");
    break;
  case BREAKPOINT:
    __asm__ volatile(".option push\n.option norvc\nebreak\n.option pop");
    break;
  case LOAD:
    (void)*(volatile uint32_t *)0x20000000;
    break;
  case STORE:
    *(volatile uint8_t *)0x1FFFFFF1 = 1;
    break;
  case JUMP:
    ((void (*)(void))0x30000000)();
    break;
  case STACK: {
    volatile uint8_t bytes[DEEP];
    for (int32_t i = 0; i < DEEP; i++) {
      bytes[i] = 0;
    }
    break;
  }
  case BARRIER:
    (void)cluster_load(CLUSTER_BARRIER);
    break;
  case MISALIGNED:
    dory_ram_read(&request, 2, 0, 4);
    break;
  case COPY:
    dory_dma_load(&group, &(dory_copy_t){65532, 0, 1, 8, 0, 0});
    break;
  case EXTERNAL:
    dory_ram_read(&request, 1 << 20, 0, 4);
    break;
  case REGISTER:
    (void)cluster_load(0x3C);
    break;
  default:
    break;
  }
}

static void on_worker(const void *argument) {
  (void)argument;
  if (dory_core_id() == 3) {
    __asm__ volatile(".word 0");
  }
}

int main(void) {
  if (FAULT == WORKER) {
    dory_cluster_run(on_worker, 0);
  }
  break_rule();
  return 0;
}
