/* SPDX-License-Identifier: Apache-2.0 */
/* The control registers: how the cores meet each other, start transfers, and reach the host. Every core has
 * its own port to them; cluster_registers.h gives their addresses. */
#ifndef CLUSTER_CONTROL_H
#define CLUSTER_CONTROL_H

#include <vector>

#include "cluster_dma.h"
#include "cluster_errors.h"
#include "cluster_external.h"
#include "cluster_host.h"
#include "cluster_profile.h"
#include "cluster_registers.h"

/* What a core asks of a register. */
struct ControlRequest {
  uint32_t core, offset, word;
  bool writes;
};

/* What it gets: nothing while it has to wait. */
struct ControlAnswer {
  bool granted = true;
  uint32_t word = 0;
  uint32_t cycles = 1; /* from the grant to the answer */
};

class Control {
public:
  Control(const Configuration &machine, Memories &memories, DmaChannel &loads, DmaChannel &stores,
          ExternalEngine &external, Host &host, Profile &profile)
      : machine_(machine), memories_(memories), loads_(loads), stores_(stores), external_(external),
        host_(host), profile_(profile), cores_(machine.cores) {}

  /* Notes that a core has a request in the next cycle, so that cores that wait for each other go on together.
   */
  void arrive(uint32_t core, uint32_t offset, bool writes);

  /* Serves a request, or lets it wait. Throws Fault and what the host throws. */
  ControlAnswer serve(const ControlRequest &request, const Counters &counters);

  bool has_exited() const { return has_exited_; }
  int status() const { return status_; }

  /* Throws Fault where a core has written below its stack. */
  void check_stacks();

private:
  /* What a core has written so far for its next command. */
  struct Staged {
    uint32_t l1 = 0, l2 = 0, lines = 1, l1_stride = 0, l2_stride = 0;
    uint32_t external = 0, external_l2 = 0;
    Urgency urgency = Urgency::needed;
    uint32_t host[3] = {0, 0, 0};
    uint32_t trap_pc = 0;
    uint32_t tasks = 0; /* taken so far */
  };

  uint32_t all() const { return (1u << machine_.cores) - 1; }
  ControlAnswer load(const ControlRequest &request, const Counters &counters);
  ControlAnswer store(const ControlRequest &request, const Counters &counters);
  ControlAnswer barrier();
  ControlAnswer take_task(uint32_t core, uint64_t now);
  ControlAnswer join(uint32_t core, uint64_t now);
  ControlAnswer start_dma(const ControlRequest &request, uint64_t now);
  void start_external(ExternalKind kind, const ControlRequest &request, uint64_t now);
  ControlAnswer wait(const ControlRequest &request, uint32_t finished, Region region, uint64_t now);
  void post_task(const ControlRequest &request, uint64_t now);
  void call_host(uint32_t core, uint32_t call, const Counters &counters);
  void guard_stack(uint32_t lowest);
  std::string name_at(uint32_t address);

  const Configuration &machine_;
  Memories &memories_;
  DmaChannel &loads_, &stores_;
  ExternalEngine &external_;
  Host &host_;
  Profile &profile_;
  std::vector<Staged> cores_;
  uint32_t arrived_ = 0, released_ = 0; /* at the barrier */
  uint32_t idle_ = 0;                   /* cores that wait for a task and have done the last one */
  uint32_t task_ = 0, argument_ = 0, tasks_ = 0;
  uint64_t posted_ = 0; /* when */
  bool in_task_ =
      false; /* the first core takes part in a task; its waits for transfers then count as computing */
  bool waits_ = false; /* it waits for transfers elsewhere */
  uint32_t host_result_ = 0;
  std::vector<uint32_t> stacks_; /* lowest addresses */
  bool has_exited_ = false;
  int status_ = 0;
};

#endif
