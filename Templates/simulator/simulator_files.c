/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator_files.h"

#include <stdlib.h>

#include "simulator_marks.h"

static FILE *layer_dump;
static const char *layer_path;

static _Noreturn void file_error(const char *what, const char *path) {
  fprintf(stderr, "error: %s '%s'\n", what, path);
  exit(SIMULATOR_WRONG_FILE);
}

FILE *simulator_open(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (file == NULL) {
    file_error(*mode == 'r' ? "cannot read" : "cannot write", path);
  }
  return file;
}

void simulator_close(FILE *file, const char *path) {
  if (fclose(file) != 0) {
    file_error("cannot write", path);
  }
}

/* The checksum of ISO 3309 (polynomial 0xEDB88320, reflected), bit by bit, of more bytes after those that
 * gave `crc`; 0 before the first. */
static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  crc = ~crc;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
  }
  return ~crc;
}

void simulator_read_weights(const char *path) {
  const uint32_t in_ram = simulation.ram_weights_bytes, in_flash = simulation.flash_weights_bytes;
  uint8_t *ram = simulator_bytes(SIMULATOR_L3, 0, in_ram);
  uint8_t *flash = simulator_bytes(SIMULATOR_FLASH, 0, in_flash);
  FILE *file = simulator_open(path, "rb");
  const size_t got = fread(ram, 1, in_ram, file) + fread(flash, 1, in_flash, file);
  if (got != (size_t)in_ram + in_flash || fgetc(file) != EOF) {
    fprintf(stderr, "error: '%s' is not of %llu bytes\n", path, (unsigned long long)in_ram + in_flash);
    exit(SIMULATOR_WRONG_FILE);
  }
  fclose(file);
  simulator_define(SIMULATOR_L3, 0, in_ram);
  simulator_define(SIMULATOR_FLASH, 0, in_flash);
  const uint32_t found = crc32(crc32(0, ram, in_ram), flash, in_flash);
  if (found != simulation.weights_crc32) {
    fprintf(stderr, "error: '%s' has checksum 0x%08x, this network needs 0x%08x\n", path, found,
            simulation.weights_crc32);
    exit(SIMULATOR_WRONG_FILE);
  }
}

bool simulator_read_sample(FILE *file, const char *path) {
  for (int32_t i = 0; i < simulation.inputs; i++) {
    const dory_tensor_t *input = &simulation.input[i];
    const size_t got = fread(simulator_tensor(input), 1, input->bytes, file);
    if (got == 0 && i == 0) {
      return false;
    }
    if (got != input->bytes) {
      fprintf(stderr,
              "error: '%s' ends after %zu of the %u bytes of input '%s' of a sample; --samples N runs the "
              "first N\n",
              path, got, input->bytes, input->name);
      exit(SIMULATOR_WRONG_FILE);
    }
    simulator_define(simulator_level(input->level), input->offset, input->bytes);
  }
  return true;
}

/* A tensor that is a result has been written, every byte. */
static void write_tensor(const dory_tensor_t *tensor, FILE *file, const char *path) {
  const uint8_t *bytes = simulator_tensor(tensor);
  if (SIMULATOR_CHECKS && simulator_timing() != SIMULATOR_FAST) {
    const uint8_t *marks = simulator_marks + simulator_position(bytes);
    for (uint32_t i = 0; i < tensor->bytes; i++) {
      if ((marks[i] & SIMULATOR_DEFINED) == 0) {
        simulator_fault("never written", 0, "byte %u of '%s'", i, tensor->name);
      }
    }
  }
  if (fwrite(bytes, 1, tensor->bytes, file) != tensor->bytes) {
    file_error("cannot write", path);
  }
}

void simulator_write_sample(FILE *file, const char *path) {
  for (int32_t i = 0; i < simulation.outputs; i++) {
    write_tensor(&simulation.output[i], file, path);
  }
}

void simulator_dump_layers(FILE *file, const char *path) {
  layer_dump = file;
  layer_path = path;
}

void dory_layer_begin(int32_t step, const char *name) {
  simulator_enter_layer(name);
  simulator_forget_tile();
  if (simulator_timing() != SIMULATOR_FAST && step > 0) {
    simulator_begin_step(step);
  }
}

void dory_layer_done(int32_t step, const dory_tensor_t *output) {
  (void)step;
  if (simulator_timing() != SIMULATOR_FAST) {
    simulator_check_idle();
  }
  simulator_check_red_zones();
  if (layer_dump != NULL) {
    write_tensor(output, layer_dump, layer_path);
    /* However the program ends, what it came to is there to be compared. */
    if (fflush(layer_dump) != 0) {
      file_error("cannot write", layer_path);
    }
  }
}
