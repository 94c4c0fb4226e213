/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the network on the host: reads the weights once, then every sample of the input file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator_files.h"

enum { EXIT_USAGE = 64 };

typedef struct {
  const char *weights, *input, *output, *layers;
  long samples; /* -1: as many as the input file holds */
  simulator_timing_t timing;
  simulator_order_t order;
  uint64_t dma_seed, core_seed;
} options_t;

static _Noreturn void usage(const char *problem, const char *argument) {
  fprintf(stderr,
          "error: %s '%s'\n"
          "usage: network --weights FILE --input FILE --output FILE [--layers FILE] [--samples N]\n"
          "               [--fast | --dma-seed N] [--threads | --core-seed N]\n"
          "  --weights FILE   what RAM and flash hold at the start, %u bytes\n"
          "  --input FILE     for each sample every network input, packed HWC codes: %u bytes a sample\n"
          "  --output FILE    for each sample every network output, packed HWC codes: %u bytes a sample\n"
          "  --layers FILE    for each sample every layer's output, in step order\n"
          "  --samples N      how many samples to run; without it, all of the input file\n"
          "  --fast           copies complete at once, nothing is checked but bounds\n"
          "  --dma-seed N     copies arrive in pieces, at random moments up to their wait; without it, at "
          "their wait\n"
          "  --threads        the cores of a kernel run at the same time; without it, one after another\n"
          "  --core-seed N    they take turns of random length (in a program made with CHECK=1)\n",
          problem, argument, simulation.ram_weights_bytes + simulation.flash_weights_bytes,
          simulation.input_bytes, simulation.output_bytes);
  exit(EXIT_USAGE);
}

static long count_of(const char *text) {
  char *end;
  errno = 0;
  const long count = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || count < 0 || errno != 0) {
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
    if (strcmp(name, "--threads") == 0) {
      options.order = SIMULATOR_THREADS;
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
      options.dma_seed = (uint64_t)count_of(value);
    } else if (strcmp(name, "--core-seed") == 0 && SIMULATOR_CHECKS) {
      options.order = SIMULATOR_INTERLEAVED;
      options.core_seed = (uint64_t)count_of(value);
    } else {
      usage("unknown option", name);
    }
  }
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--fast") == 0 && options.timing != SIMULATOR_FAST) {
      usage("--dma-seed does not go with", "--fast");
    }
    if (strcmp(arguments[i], "--fast") == 0 && options.order == SIMULATOR_INTERLEAVED) {
      usage("--core-seed does not go with", "--fast");
    }
    if (strcmp(arguments[i], "--threads") == 0 && options.order != SIMULATOR_THREADS) {
      usage("--core-seed does not go with", "--threads");
    }
  }
  if (options.weights == NULL || options.input == NULL || options.output == NULL) {
    usage("missing option", options.weights == NULL ? "--weights"
                            : options.input == NULL ? "--input"
                                                    : "--output");
  }
  return options;
}

/* Runs samples up to the number asked for, or to the end of the input file. */
static long run_samples(const options_t *options) {
  FILE *input = simulator_open(options->input, "rb");
  FILE *output = simulator_open(options->output, "wb");
  FILE *layers = options->layers == NULL ? NULL : simulator_open(options->layers, "wb");
  simulator_dump_layers(layers, options->layers);
  simulation.load();
  simulator_check_idle();
  long samples = 0;
  while (samples != options->samples) {
    simulator_begin_step(0);
    if (!simulator_read_sample(input, options->input)) {
      break;
    }
    simulation.run();
    simulator_write_sample(output, options->output);
    samples++;
  }
  fclose(input);
  simulator_close(output, options->output);
  if (layers != NULL) {
    simulator_close(layers, options->layers);
  }
  return samples;
}

int main(int count, char **arguments) {
  const options_t options = parse(count, arguments);
  simulator_start();
  simulator_watch_host();
  simulator_set_timing(options.timing, options.dma_seed);
  simulator_set_order(options.order, options.core_seed);
  simulator_read_weights(options.weights);
  const long samples = run_samples(&options);
  if (options.samples >= 0 && samples != options.samples) {
    fprintf(stderr, "error: '%s' holds %ld samples, %ld were asked for\n", options.input, samples,
            options.samples);
    return SIMULATOR_WRONG_FILE;
  }
  return 0;
}
