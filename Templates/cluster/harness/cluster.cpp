/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include "cluster_trap.h"

Cluster::Cluster(const Configuration &machine, Memories &memories, const Program &program, Host &host,
                 Profile &profile, Timeline &timeline, const RunOptions &options)
    : machine_(machine), options_(options), memories_(memories), program_(program),
      banks_(machine.tcdm_banks), cache_(machine), loads_(machine, memories, true, timeline),
      stores_(machine, memories, false, timeline), external_(machine, memories, timeline),
      control_(machine, memories, loads_, stores_, external_, host, profile), last_fetches_(machine.cores) {
  for (uint32_t i = 0; i < machine.cores; i++) {
    cores_.push_back(std::make_unique<Core>(&context_, i, program.entry(), TRAP_HANDLER));
  }
}

int Cluster::run() {
  try {
    while (!control_.has_exited()) {
      if (now_ >= options_.most_cycles) {
        throw Fault(text("the program runs for more than %llu cycles",
                         static_cast<unsigned long long>(options_.most_cycles)));
      }
      cycle();
    }
    control_.check_stacks();
  } catch (const Trap &trap) {
    explain(trap);
  }
  return control_.status();
}

void Cluster::cycle() {
  const bool dma_is_idle = loads_.waiting() + stores_.waiting() == 0;
  banks_.begin_cycle();
  l2_is_taken_ = cache_.begin_cycle(now_);
  external_.cycle(now_);
  const uint32_t count = machine_.cores;
  for (uint32_t i = 0, index = first_; i < count + 2; i++, index = index == count + 1 ? 0 : index + 1) {
    if (index < count) {
      serve(index);
    } else {
      (index == count ? loads_ : stores_).cycle(banks_, now_);
    }
  }
  bool all_are_still = true;
  for (uint32_t i = 0; i < count; i++) {
    if (!cores_[i]->is_still() || options_.every_core_every_cycle) {
      live(i);
      all_are_still = false;
    }
  }
  loads_.end_cycle();
  stores_.end_cycle();
  now_++;
  first_ = first_ == count + 1 ? 0 : first_ + 1;
  if (all_are_still && dma_is_idle && !control_.has_exited()) {
    skip_to_next_burst();
  }
}

/* Every core waits, and only the L3 engine can end that. */
void Cluster::skip_to_next_burst() {
  const uint64_t next = external_.next();
  if (next == UINT64_MAX) {
    std::string message = "all cores wait, and nothing is under way that could end it:";
    for (uint32_t i = 0; i < machine_.cores; i++) {
      message += (i == 0 ? " " : "; ") + place(i, cores_[i]->data_pc());
    }
    throw Fault(message);
  }
  if (next > now_) {
    first_ = static_cast<uint32_t>((first_ + (next - now_)) % (machine_.cores + 2));
    now_ = next;
  }
}

void Cluster::serve(uint32_t index) {
  Core &core = *cores_[index];
  const DataRequest &request = core.request();
  if (!request.is_made) {
    return;
  }
  const uint32_t address = request.address;
  uint64_t cycles = 1;
  Memory *memory = &memories_.l1;
  if (memories_.l1.holds(address)) {
    if (!banks_.take(address)) {
      conflicts_++;
      return;
    }
  } else if (memories_.l2.holds(address)) {
    if (l2_is_taken_) {
      return;
    }
    l2_is_taken_ = true;
    memory = &memories_.l2;
    cycles = machine_.l2_latency_cycles;
  } else {
    serve_control(index, request);
    return;
  }
  uint32_t word = 0;
  if (request.writes) {
    memory->write(address, request.word, request.enable);
  } else {
    word = memory->word(address);
  }
  core.grant({now_ + cycles, word});
}

void Cluster::serve_control(uint32_t index, const DataRequest &request) {
  Core &core = *cores_[index];
  try {
    if (request.address - CONTROL_BASE >= CONTROL_BYTES) {
      throw Fault(
          text("a %s at 0x%08x, outside every memory", request.writes ? "store" : "load", request.address));
    }
    const uint32_t offset = request.address - CONTROL_BASE;
    const ControlAnswer answer = control_.serve({index, offset, request.word, request.writes}, counters());
    if (answer.granted) {
      core.grant({now_ + answer.cycles, answer.word});
    }
  } catch (const Fault &fault) {
    throw Fault(place(index, core.data_pc()) + ": " + fault.what());
  }
}

void Cluster::live(uint32_t index) {
  Core &core = *cores_[index];
  core.cycle(now_, [&](uint32_t address, uint32_t &word) { return fetch(index, address, word); });
  const DataRequest &request = core.request();
  if (request.is_made && request.address - CONTROL_BASE < CONTROL_BYTES) {
    control_.arrive(index, request.address - CONTROL_BASE, request.writes);
  }
}

bool Cluster::fetch(uint32_t core, uint32_t address, uint32_t &word) {
  if (!memories_.l2.holds(address)) {
    /* Nothing but the trap handler: 0 is an illegal instruction, so that a core that gets here traps. */
    word = trap_word(address);
    return true;
  }
  LastFetch &last = last_fetches_[core];
  if (cache_.line(address) != last.line || cache_.generation() != last.generation) {
    if (!cache_.holds(address)) {
      return false;
    }
    last = {cache_.line(address), cache_.generation()};
  }
  word = memories_.l2.word(address);
  return true;
}

std::string Cluster::place(uint32_t core, uint32_t pc) const {
  return text("core %u at 0x%08x (%s)", core, pc, program_.symbol_at(pc).c_str());
}

void Cluster::explain(const Trap &trap) const {
  std::string what;
  switch (trap.cause) {
  case 2: {
    Memory &l2 = memories_.l2;
    what = l2.holds(trap.pc) ? "an illegal instruction: 0x" : "a jump outside the program";
    const uint32_t bytes = l2.at(trap.pc, 2) != nullptr && (*l2.at(trap.pc, 2) & 3) != 3 ? 2 : 4;
    for (uint32_t i = bytes; i > 0 && l2.at(trap.pc, bytes) != nullptr; i--) {
      what += text("%02x", l2.at(trap.pc, bytes)[i - 1]);
    }
    break;
  }
  case 3:
    what = "a breakpoint";
    break;
  case 8:
  case 11:
    what = "an environment call";
    break;
  default:
    what = text("a trap of cause %u", trap.cause);
  }
  throw Fault(place(trap.core, trap.pc) + ": " + what);
}
