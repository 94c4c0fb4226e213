import Hardware
import NetworkIR

// What must hold between the columns: choices, weights and paging, then memory.
extension ScheduleModel {
  typealias Term = MILPModel.Term

  /// One choice a layer; weights in L2 where the choice needs them; streamed tensors where the choice wants them.
  mutating func addChoiceRows() {
    for layer in problem.steps {
      let columns = columns(of: layer)
      program.require(columns.map { Term(1, $0.column) }, equals: 1)
      let operands = problem.workload.layers[layer].inputs.map(\.tensor) + [problem.workload.layers[layer].output]
      for tensor in Set(operands).sorted() {
        guard let isInL3 = isInL3[tensor] else { continue }
        let streaming = columns.filter { problem.wantsInL3(tensor, $0.choice.sample, step: layer) }
        program.require(streaming.map { Term(1, $0.column) } + [Term(-1, isInL3)], equals: 0)
      }
    }
    for load in loads { addRows(load) }
  }

  /// Constants that must be in L2 are either pinned or loaded through a window that grows towards the layer; a head is
  /// always loaded.
  private mutating func addRows(_ load: ConstantLoad) {
    let needing = load.choices.map { Term(-1, $0.column) }
    let pinned = load.isHead ? [] : self.isPinned[load.layer].map { [Term(1, $0)] } ?? []
    guard let own = load.window[load.layer] else { return program.require(needing + pinned, equals: 0) }
    program.require(needing + [Term(1, own)] + pinned, equals: 0)
    let steps = load.window.keys.sorted()
    let isPinned = if case .window = problem.schedulePins.constants[load.layer] { true } else { false }
    for (step, next) in zip(steps, steps.dropFirst()) {
      guard let earlier = load.window[step], let later = load.window[next] else { continue }
      // A pinned window has all its steps or, where another load is chosen, none.
      let terms = [Term(1, earlier), Term(-1, later)]
      if isPinned { program.require(terms, equals: 0) } else { program.require(terms, atMost: 0) }
    }
    // What is loaded by the end of a step is no more than what the step holds: all or nothing.
    var loadedSoFar: [Term] = []
    for step in steps {
      guard let held = load.window[step], let loaded = load.fraction[step] else { continue }
      loadedSoFar.append(Term(1, loaded))
      if step < load.layer { program.require(loadedSoFar + [Term(-1, held)], atMost: 0) }
    }
    program.require(loadedSoFar + [Term(-1, own)], equals: 0)
  }

  /// A tensor absent in a gap has been paged out, and comes back before it is used.
  mutating func addResidencyRows() {
    for case let lifetime? in problem.lifetimes {
      let tensor = lifetime.tensor
      guard let pagedOut = pageOut[tensor] else { continue }
      let streamed = isInL3[tensor].map { [Term(1, $0)] } ?? []
      for step in lifetime.gaps {
        guard let resident = residency[tensor][step] else { continue }
        program.require([Term(1, pagedOut), Term(1, resident)] + streamed, atLeast: 1)
        if !streamed.isEmpty { program.require([Term(1, resident)] + streamed, atMost: 1) }
        // A rising residency after another gap step is a page-in; after a used step the tensor was there anyway.
        if let loaded = pageIn[tensor][step], let before = residency[tensor][step - 1] {
          program.require([Term(1, loaded), Term(-1, resident), Term(1, before)], atLeast: 0)
        }
        if let exposed = exposedPageIn[tensor][step + 1] {
          program.require([Term(1, exposed), Term(1, resident)] + streamed, atLeast: 1)
        }
      }
    }
  }

  /// What a step holds is within its capacity, or below the peak that is minimised.
  mutating func addMemoryRows() {
    let pinned = loads.map { load in
      load.isHead ? [] : isPinned[load.layer].map { constantTerms(load, whileHeld: $0) } ?? []
    }
    for step in problem.steps where goal == .l2Peak || !alwaysFits(step) {
      var (bytes, terms) = tensorTerms(step)
      for (choice, column) in columns(of: step) { terms.append(kilobytes(choice.ownBytes, column)) }
      for (load, pinned) in zip(loads, pinned) where load.layer != step {
        if let held = load.window[step] { terms += constantTerms(load, whileHeld: held) }
        terms += pinned
      }
      if let peak {
        terms.append(Term(-1, peak))
      } else {
        bytes -= problem.capacity[step]
      }
      program.require(terms, atMost: -Double(bytes) / Self.bytesPerUnit)
    }
  }

  /// Kilobytes of a load while a column, which needs one of its choices, says that L2 holds it.
  ///
  /// Where choices differ in size, a column of its own takes what the layer's choice has beyond the least; it is at
  /// least that as long as the constants are held, and free otherwise.
  private mutating func constantTerms(_ load: ConstantLoad, whileHeld held: Int) -> [Term] {
    let least = load.leastBytes
    let range = load.mostBytes - least
    guard range > 0 else { return [kilobytes(least, held)] }
    let excess = program.addContinuous()
    let chosen = load.choices.map { kilobytes($0.choice.loadedBytes - least, $0.column) }
    program.require(
      chosen + [kilobytes(range, held), Term(-1, excess)], atMost: Double(range) / Self.bytesPerUnit)
    return [kilobytes(least, held), Term(1, excess)]
  }

  /// Bytes of tensors that are in L2 in any case, and terms for those that need not be.
  private func tensorTerms(_ step: Int) -> (bytes: Int, terms: [Term]) {
    var bytes = 0
    var terms: [Term] = []
    for lifetime in problem.tensors(living: step) {
      if let resident = residency[lifetime.tensor][step] {
        terms.append(kilobytes(lifetime.bytes, resident))
      } else {
        bytes += lifetime.bytes
        if let isInL3 = isInL3[lifetime.tensor] { terms += negated([kilobytes(lifetime.bytes, isInL3)]) }
      }
    }
    return (bytes, terms)
  }

  private func kilobytes(_ bytes: Int, _ column: Int) -> Term {
    Term(Double(bytes) / Self.bytesPerUnit, column)
  }

  /// Whether no decision can overfill L2 in a step, so that its row says nothing.
  func alwaysFits(_ step: Int) -> Bool {
    let living = problem.tensors(living: step).reduce(0) { $0 + $1.bytes }
    let work = problem.choices[step].map { roundedUpTo4($0.l2WorkBytes) }.max() ?? 0
    let weights = problem.steps.reduce(0) { bytes, layer in
      let held = loads.filter { $0.layer == layer && (isPinned[layer] != nil || $0.window[step] != nil) }
      return bytes + (held.map(\.mostBytes).max() ?? 0)
    }
    return living + work + weights <= problem.capacity[step]
  }
}

extension ScheduleModel {
  /// A step lasts at least as long as what it waits for and its layer, and at least as long as all its L3 traffic.
  mutating func addTimeRows() {
    for step in problem.steps {
      let exposed = exposedTerms(step)
      let layer = columns(of: step)
      program.require(
        [Term(1, time[step])] + negated(layer.map { kilocycles($0.choice.totalCycles, $0.column) } + exposed),
        atLeast: 0)
      let hidden = hiddenTerms(step)
      let streaming = layer.filter { $0.choice.l3Cycles > 0 }
        .map { kilocycles($0.choice.l3Cycles, $0.column) }
      // Alone, a layer's own streaming is part of the time above.
      guard !hidden.isEmpty else { continue }
      program.require([Term(1, time[step])] + negated(exposed + hidden + streaming), atLeast: 0)
    }
  }

  /// Transfers that the layer waits for.
  private func exposedTerms(_ step: Int) -> [Term] {
    var terms: [Term] = []
    for load in loads where load.layer == step {
      guard let loaded = load.fraction[step] else { continue }
      terms.append(kilocycles(problem.constantsRead[step].cycles(bytes: load.leastBytes), loaded))
    }
    for case let lifetime? in problem.lifetimes {
      guard let loaded = exposedPageIn[lifetime.tensor][step] else { continue }
      terms.append(kilocycles(problem.read.cycles(bytes: lifetime.bytes), loaded))
    }
    return terms
  }

  /// Transfers that run beside the layer: one command for each step of a window, and the bytes.
  private func hiddenTerms(_ step: Int) -> [Term] {
    var terms: [Term] = []
    for load in loads where load.layer > step {
      guard let held = load.window[step], let loaded = load.fraction[step] else { continue }
      let read = problem.constantsRead[load.layer]
      terms.append(kilocycles(read.commandCycles, held))
      terms.append(kilocycles(read.burstCycles(bytes: load.leastBytes), loaded))
    }
    for case let lifetime? in problem.lifetimes {
      if let loaded = pageIn[lifetime.tensor][step] {
        terms.append(kilocycles(problem.read.cycles(bytes: lifetime.bytes), loaded))
      }
      if step == lifetime.production + 1, let stored = pageOut[lifetime.tensor] {
        terms.append(kilocycles(problem.write.cycles(bytes: lifetime.bytes), stored))
      }
    }
    return terms
  }

  private func kilocycles(_ cycles: Int, _ column: Int) -> Term { Term(Double(cycles) / Self.cyclesPerUnit, column) }

  /// The terms with the opposite sign.
  func negated(_ terms: [Term]) -> [Term] { terms.map { Term(-$0.coefficient, $0.column) } }
}
