/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program on the simulated cluster. */
#include <cstdio>

#include "cluster.h"
#include "cluster_errors.h"

namespace {

const char USAGE[] =
    "usage: simulator --program FILE --configuration FILE [--weights FILE --input FILE --output FILE]\n"
    "                 [--layers FILE] [--samples N] [--report FILE] [--timeline FILE] [--cycles N] "
    "[--every-core]\n"
    "  --program FILE        an ELF executable for the cluster\n"
    "  --configuration FILE  the figures of the machine, a line `key value` each\n"
    "  --weights FILE        what RAM and flash hold at the start\n"
    "  --input FILE          for each sample every network input, packed HWC codes\n"
    "  --output FILE         for each sample every network output, packed HWC codes\n"
    "  --layers FILE         for each sample every layer's output, in step order\n"
    "  --samples N           how many samples to run; without it, all of the input file\n"
    "  --report FILE         cycles of every sample and layer, as JSON\n"
    "  --timeline FILE       what happened when, as JSON\n"
    "  --cycles N            a fault when the program takes longer\n"
    "  --every-core          evaluates every core in every cycle: the same cycles, more slowly\n"
    "  --help                this text\n";

struct Arguments {
  bool wants_help = false;
  std::string program, configuration, report, timeline;
  HostFiles host;
  RunOptions run;
};

uint64_t number(const std::string &option, const std::string &value) {
  if (value.empty() || value.size() > 18 || value.find_first_not_of("0123456789") != std::string::npos) {
    throw UsageError("'" + option + "' takes a number, not '" + value + "'");
  }
  return std::stoull(value);
}

Arguments parse(int count, char **words) {
  Arguments result;
  const struct {
    const char *name;
    std::string *value;
  } files[] = {{"--program", &result.program},      {"--configuration", &result.configuration},
               {"--weights", &result.host.weights}, {"--input", &result.host.input},
               {"--output", &result.host.output},   {"--layers", &result.host.layers},
               {"--report", &result.report},        {"--timeline", &result.timeline}};
  for (int i = 1; i < count; i++) {
    const std::string option = words[i];
    if (option == "--help") {
      result.wants_help = true;
      return result;
    }
    if (option == "--every-core") {
      result.run.every_core_every_cycle = true;
      continue;
    }
    if (++i == count) {
      throw UsageError("'" + option + "' is unknown, or lacks its value");
    }
    const std::string value = words[i];
    std::string *file = nullptr;
    for (const auto &known : files) {
      file = option == known.name ? known.value : file;
    }
    if (file != nullptr) {
      *file = value;
    } else if (option == "--samples") {
      result.host.samples = static_cast<long>(number(option, value));
    } else if (option == "--cycles") {
      result.run.most_cycles = number(option, value);
    } else {
      throw UsageError("unknown option '" + option + "'");
    }
  }
  if (result.program.empty() || result.configuration.empty()) {
    throw UsageError(result.program.empty() ? "missing option '--program'"
                                            : "missing option '--configuration'");
  }
  return result;
}

/* Runs, and writes the report and the timeline also of a run that ends in a fault. */
int run(const Arguments &arguments) {
  const Configuration machine = read_configuration(arguments.configuration);
  Memories memories(machine);
  const Program program(arguments.program, memories);
  Timeline timeline(!arguments.timeline.empty());
  Profile profile(timeline);
  Host host(arguments.host, memories);
  std::vector<std::string> faults;
  int status = EXIT_FAULT;
  {
    Cluster cluster(machine, memories, program, host, profile, timeline, arguments.run);
    try {
      status = cluster.run();
      host.finish();
    } catch (const Fault &fault) {
      faults.push_back(text("cycle %llu, layer %s: ", static_cast<unsigned long long>(cluster.cycles()),
                            profile.layer().c_str()) +
                       fault.what());
      fflush(stdout);
      fprintf(stderr, "fault: %s\n", faults.back().c_str());
    }
  }
  if (!arguments.report.empty()) {
    profile.write(arguments.report, faults);
  }
  if (!arguments.timeline.empty()) {
    timeline.write(arguments.timeline);
  }
  return status;
}

} // namespace

int main(int count, char **words) {
  try {
    const Arguments arguments = parse(count, words);
    if (arguments.wants_help) {
      fputs(USAGE, stdout);
      return 0;
    }
    return run(arguments);
  } catch (const UsageError &error) {
    fprintf(stderr, "error: %s\n%s", error.what(), USAGE);
    return EXIT_USAGE;
  } catch (const InputError &error) {
    fprintf(stderr, "error: %s\n", error.what());
    return EXIT_INPUT;
  }
}
