/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the network on the host: reads the weights once, then every sample of the input file. */
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "simulator.h"
#include "weights.h"

enum { EXIT_INPUT = 1, EXIT_USAGE = 64 };

typedef struct {
  const char *weights, *input, *output, *layers;
  long samples; /* -1: as many as the input file holds */
  simulator_timing_t timing;
  uint64_t seed;
} options_t;

static _Noreturn void usage(const char *problem, const char *argument) {
  fprintf(stderr,
          "error: %s '%s'\n"
          "usage: network --weights FILE --input FILE --output FILE [--layers FILE] [--samples N]\n"
          "               [--fast | --dma-seed N]\n"
          "  --weights FILE   what RAM and flash hold at the start, %u bytes\n"
          "  --input FILE     for each sample every network input, packed HWC codes: %u bytes a sample\n"
          "  --output FILE    for each sample every network output, packed HWC codes: %u bytes a sample\n"
          "  --layers FILE    for each sample every layer's output, in step order\n"
          "  --samples N      how many samples to run; without it, all of the input file\n"
          "  --fast           copies complete at once, without checks for copies under way\n"
          "  --dma-seed N     each copy completes at its start or at its wait, by chance; without it, at its "
          "wait\n",
          problem, argument, WEIGHTS_BYTES, NETWORK_INPUT_BYTES, NETWORK_OUTPUT_BYTES);
  exit(EXIT_USAGE);
}

static _Noreturn void file_error(const char *what, const char *path) {
  fprintf(stderr, "error: %s '%s'\n", what, path);
  exit(EXIT_INPUT);
}

static long count_of(const char *text) {
  char *end;
  const long count = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || count < 0) {
    usage("not a number:", text);
  }
  return count;
}

static options_t parse(int count, char **arguments) {
  options_t options = {.samples = -1, .timing = SIMULATOR_LATE};
  for (int i = 1; i < count; i++) {
    const char *name = arguments[i];
    if (strcmp(name, "--fast") == 0) {
      options.timing = SIMULATOR_FAST;
      continue;
    }
    if (++i == count) {
      usage("an option without its value:", name);
    }
    char *value = arguments[i];
    if (strcmp(name, "--weights") == 0) {
      options.weights = value;
    } else if (strcmp(name, "--input") == 0) {
      options.input = value;
    } else if (strcmp(name, "--output") == 0) {
      options.output = value;
    } else if (strcmp(name, "--layers") == 0) {
      options.layers = value;
    } else if (strcmp(name, "--samples") == 0) {
      options.samples = count_of(value);
    } else if (strcmp(name, "--dma-seed") == 0) {
      options.timing = SIMULATOR_SEEDED;
      options.seed = (uint64_t)count_of(value);
    } else {
      usage("unknown option", name);
    }
  }
  if (options.weights == NULL || options.input == NULL || options.output == NULL) {
    usage("missing option", options.weights == NULL ? "--weights"
                            : options.input == NULL ? "--input"
                                                    : "--output");
  }
  return options;
}

static FILE *open_file(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (file == NULL) {
    file_error(*mode == 'r' ? "cannot read" : "cannot write", path);
  }
  return file;
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

static void read_weights(const char *path) {
  uint8_t *ram = simulator_bytes(SIMULATOR_L3, 0, WEIGHTS_RAM_BYTES);
  uint8_t *flash = simulator_bytes(SIMULATOR_FLASH, 0, WEIGHTS_FLASH_BYTES);
  FILE *file = open_file(path, "rb");
  const size_t got = fread(ram, 1, WEIGHTS_RAM_BYTES, file) + fread(flash, 1, WEIGHTS_FLASH_BYTES, file);
  if (got != WEIGHTS_BYTES || fgetc(file) != EOF) {
    fprintf(stderr, "error: '%s' is not of %u bytes\n", path, WEIGHTS_BYTES);
    exit(EXIT_INPUT);
  }
  fclose(file);
  const uint32_t found = crc32(crc32(0, ram, WEIGHTS_RAM_BYTES), flash, WEIGHTS_FLASH_BYTES);
  if (found != WEIGHTS_CRC32) {
    fprintf(stderr, "error: '%s' has checksum 0x%08x, this network needs 0x%08x\n", path, found,
            WEIGHTS_CRC32);
    exit(EXIT_INPUT);
  }
}

/* Reads the inputs of one sample: 0 at the end of the file. */
static bool read_sample(FILE *file, const char *path) {
  for (int32_t i = 0; i < NETWORK_INPUTS; i++) {
    const dory_tensor_t *input = &network_inputs[i];
    const size_t got = fread(simulator_tensor(input), 1, input->bytes, file);
    if (got == 0 && i == 0) {
      return false;
    }
    if (got != input->bytes) {
      fprintf(stderr, "error: '%s' ends after %zu of the %u bytes of input '%s'\n", path, got, input->bytes,
              input->name);
      exit(EXIT_INPUT);
    }
  }
  return true;
}

static void write_sample(FILE *file, const char *path) {
  for (int32_t i = 0; i < NETWORK_OUTPUTS; i++) {
    const dory_tensor_t *output = &network_outputs[i];
    if (fwrite(simulator_tensor(output), 1, output->bytes, file) != output->bytes) {
      file_error("cannot write", path);
    }
  }
}

int main(int count, char **arguments) {
  const options_t options = parse(count, arguments);
  simulator_start();
  simulator_set_timing(options.timing, options.seed);
  read_weights(options.weights);
  FILE *input = open_file(options.input, "rb");
  FILE *output = open_file(options.output, "wb");
  FILE *layers = options.layers == NULL ? NULL : open_file(options.layers, "wb");
  simulator_dump_layers(layers);
  network_load();
  simulator_check_idle();
  long samples = 0;
  while (samples != options.samples && read_sample(input, options.input)) {
    network_run();
    write_sample(output, options.output);
    samples++;
  }
  if (options.samples >= 0 && samples != options.samples) {
    fprintf(stderr, "error: '%s' holds %ld samples, %ld were asked for\n", options.input, samples,
            options.samples);
    return EXIT_INPUT;
  }
  fclose(input);
  if (fclose(output) != 0) {
    file_error("cannot write", options.output);
  }
  if (layers != NULL && fclose(layers) != 0) {
    file_error("cannot write", options.layers);
  }
  return 0;
}
