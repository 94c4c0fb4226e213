/* SPDX-License-Identifier: Apache-2.0 */
/* One core: the RTL, and what its two ports wait for. */
#ifndef CLUSTER_CORE_H
#define CLUSTER_CORE_H

#include <cstdint>

#include "Vcluster_core.h"

/* Values in the order of their arrival, few at a time. */
template <typename Value> class Ring {
public:
  bool is_empty() const { return first_ == end_; }
  const Value &first() const { return values_[first_ % CAPACITY]; }
  void push(const Value &value) { values_[end_++ % CAPACITY] = value; }
  void pop() { first_++; }

private:
  /* The core has at most two requests under way at each port. */
  static constexpr uint32_t CAPACITY = 4;
  Value values_[CAPACITY];
  uint32_t first_ = 0, end_ = 0;
};

/* An answer to a data request, and the first cycle in which it may be given. */
struct DataAnswer {
  uint64_t due;
  uint32_t word;
};

/* What a core asks of its data port; the outputs of registers, known before the cycle. */
struct DataRequest {
  uint32_t address, word;
  uint8_t enable; /* bytes to write */
  bool is_made, writes;
};

class Core {
public:
  Core(VerilatedContext *context, uint32_t index, uint32_t entry, uint32_t trap_address);

  const DataRequest &request() const { return request_; }

  /* The instruction that makes the data request. */
  uint32_t data_pc() const { return model_.data_pc; }

  /* Grants the request for the coming cycle, with its answer. */
  void grant(const DataAnswer &answer) {
    granted_ = true;
    still_cycles_ = 0;
    answers_.push(answer);
  }

  /* Lives through one cycle. `fetch(address, word)` gives the instruction word of an address, or false while
   * it has to be waited for. */
  template <typename Fetch> void cycle(uint64_t now, Fetch &&fetch) {
    const bool answers = !answers_.is_empty() && answers_.first().due <= now;
    model_.data_valid = answers;
    if (answers) {
      model_.data_response = answers_.first().word;
      answers_.pop();
    }
    model_.data_grant = granted_;
    model_.fetch_valid = fetched_;
    model_.fetch_word = word_;
    model_.toggle ^= 1;
    model_.eval();
    const bool fetches = model_.fetch_request;
    if (fetches) {
      fetches_.push(model_.fetch_address);
    }
    const bool was_granted = granted_, was_fetched = fetched_;
    fetched_ = !fetches_.is_empty() && fetch(fetches_.first(), word_);
    if (fetched_) {
      fetches_.pop();
    }
    read_request();
    granted_ = false;
    /* Neither port moves, and nothing is under way at either: only the grant can change the core's state. */
    const bool moves = was_granted || answers || was_fetched || fetches || fetched_ || !request_.is_made ||
                       !answers_.is_empty() || !fetches_.is_empty();
    still_cycles_ = moves ? 0 : still_cycles_ + 1;
  }

  /* Whether cycles without a grant change nothing. The second still cycle has seen what the first one stored.
   */
  bool is_still() const { return still_cycles_ >= 2; }

private:
  void read_request();

  Vcluster_core model_;
  DataRequest request_ = {};
  Ring<DataAnswer> answers_;
  Ring<uint32_t> fetches_; /* addresses that wait for their words */
  bool granted_ = false, fetched_ = false;
  uint32_t word_ = 0;
  uint32_t still_cycles_ = 0;
};

#endif
