import Hardware
import NetworkIR

/// The decisions of a plan, without addresses: how each layer runs, and what is in L2 when.
struct Schedule: Equatable, Sendable {
  /// Per layer, an index into its choices.
  var choice: [Int]
  /// Per layer: its weights stay in L2 for good.
  var isPinned: [Bool]
  /// Per layer: the first step in which L2 holds its weights or their head; nil when they are pinned, streamed without a
  /// head, or do not exist.
  var window: [Int?]
  /// By `TensorID`: the tensor lives in L3 and passes through its layers in stripes.
  var isInL3: [Bool]
  /// By `TensorID`: gap steps in which the tensor is not in L2.
  var absences: [Set<Int>]
}

/// A copy between L3 and L2 in some step.
struct ScheduledCopy: Equatable, Sendable {
  /// What is copied, and in which direction.
  enum Subject: Equatable, Sendable {
    /// Bytes of a layer's constants, from `firstByte` on.
    case weights(layer: Int, firstByte: Int)
    case pageOut(TensorID)
    case pageIn(TensorID)
  }

  /// What is copied.
  var subject: Subject
  /// Whether the layer of the step waits for it.
  var phase: L3Transfer.Phase
  /// A multiple of 4.
  var bytes: Int
}

/// A problem together with one schedule of it: everything that follows from the decisions, in exact integers.
struct ScheduledNetwork: Sendable {
  /// What was to be decided.
  let problem: PlanningProblem
  /// What was decided.
  private(set) var schedule: Schedule
  /// Copies of each step besides the layers' own streaming.
  private(set) var copies: [[ScheduledCopy]]

  /// Works out page-outs, page-ins and loads; windows and residencies that turn out longer than needed shrink.
  init(problem: PlanningProblem, schedule: Schedule) {
    self.problem = problem
    self.schedule = schedule
    self.copies = problem.steps.map { _ in [] }
    dropIdleResidency()
    pinWholeWindows()
    addPaging()
    addWeightLoads()
  }

  /// How the layer of a step runs.
  func choice(_ step: Int) -> LayerChoice { problem.choices[step][schedule.choice[step]] }

  /// Whether L2 holds a tensor in a step.
  func isResident(_ lifetime: TensorLifetime, in step: Int) -> Bool {
    lifetime.live.contains(step) && !schedule.isInL3[lifetime.tensor]
      && !schedule.absences[lifetime.tensor].contains(step)
  }

  /// Cycles of the copies of one phase of a step.
  func copyCycles(_ phase: L3Transfer.Phase, in step: Int) -> Int {
    copies[step].filter { $0.phase == phase }.reduce(0) { $0 + cycles(of: $1) }
  }

  /// What a step takes: the copies that it waits for, then the layer beside all other copies.
  func cycles(in step: Int) -> Int {
    let layer = choice(step).cycles
    return copyCycles(.before, in: step) + max(layer.total, copyCycles(.during, in: step) + layer.l3)
  }

  /// Cycles of one inference.
  var cycles: Int { problem.steps.reduce(0) { $0 + cycles(in: $1) } }

  /// Bytes of L2 in use in a step.
  func l2Bytes(in step: Int) -> Int {
    var bytes = roundedUpTo4(choice(step).l2WorkBytes) - problem.sharedBytes(choice(step), step: step)
    for lifetime in problem.tensors(living: step) where isResident(lifetime, in: step) { bytes += lifetime.bytes }
    for layer in problem.steps { bytes += weightBytes(of: layer, in: step) }
    return bytes
  }

  /// L2 bytes held for constants of a layer in a step, while they are being loaded, too; the slots of a head count as
  /// such in the layer's own step.
  func weightBytes(of layer: Int, in step: Int) -> Int {
    guard let steps = weightSteps(of: layer), steps.contains(step) else { return 0 }
    return layer == step ? choice(layer).residentBytes : choice(layer).loadedConstantBytes
  }

  /// The step where most bytes are missing, and how many; nil when everything fits.
  var worstExcess: (step: Int, bytes: Int)? {
    let excesses = problem.steps.map { (step: $0, bytes: l2Bytes(in: $0) - problem.capacity[$0]) }
    return excesses.filter { $0.bytes > 0 }.max { $0.bytes < $1.bytes }
  }

  private func cycles(of copy: ScheduledCopy) -> Int {
    switch copy.subject {
    case .weights(let layer, _): problem.constantsRead[layer].cycles(bytes: copy.bytes)
    case .pageIn: problem.read.cycles(bytes: copy.bytes)
    case .pageOut: problem.write.cycles(bytes: copy.bytes)
    }
  }

  /// Cycles of a step in which its layer leaves the external memory alone.
  private func freeCycles(in step: Int) -> Int {
    max(choice(step).cycles.total - choice(step).cycles.l3 - copyCycles(.during, in: step), 0)
  }

  /// A tensor that is absent from the next step on serves nobody in a gap before.
  private mutating func dropIdleResidency() {
    for case let lifetime? in problem.lifetimes {
      let pinned = problem.schedulePins.isResident[lifetime.tensor]
      for step in lifetime.gaps.reversed()
      where schedule.absences[lifetime.tensor].contains(step + 1) && pinned[step] != true {
        schedule.absences[lifetime.tensor].insert(step)
      }
    }
  }

  /// Constants that are in L2 in every step anyway need no load.
  private mutating func pinWholeWindows() {
    guard problem.mayPin else { return }
    for layer in problem.steps
    where schedule.window[layer] == 0 && layer == problem.steps.upperBound - 1 && choice(layer).needsResidentConstants {
      schedule.window[layer] = nil
      schedule.isPinned[layer] = true
    }
  }

  /// A tensor that leaves L2 is written out once, beside the step after its production, and read back before each
  /// use that it missed.
  private mutating func addPaging() {
    for case let lifetime? in problem.lifetimes where !schedule.absences[lifetime.tensor].isEmpty {
      let absences = schedule.absences[lifetime.tensor]
      copies[lifetime.production + 1].append(
        ScheduledCopy(subject: .pageOut(lifetime.tensor), phase: .during, bytes: lifetime.bytes))
      for step in lifetime.live where absences.contains(step - 1) && !absences.contains(step) {
        let phase: L3Transfer.Phase = lifetime.isUsed(in: step) ? .before : .during
        copies[step].append(ScheduledCopy(subject: .pageIn(lifetime.tensor), phase: phase, bytes: lifetime.bytes))
      }
    }
  }

  /// Spreads loads over the time that layers leave free, those that are needed first going first.
  ///
  /// For loads that may be cut anywhere between a first step and a deadline, serving the earliest deadline moves the
  /// most bytes (Glover 1967, convex bipartite matching). What finds no free time is loaded in the last step before
  /// the layer, which then waits for it.
  private mutating func addWeightLoads() {
    var missing: [Int] = problem.steps.map { layer in
      schedule.window[layer] == nil ? 0 : choice(layer).loadedConstantBytes
    }
    for step in problem.steps {
      for layer in problem.steps where layer > step && missing[layer] > 0 {
        guard let first = schedule.window[layer], first <= step else { continue }
        let isLastChance = step == layer - 1
        let affordable =
          isLastChance ? missing[layer] : problem.constantsRead[layer].bytes(within: freeCycles(in: step))
        addLoad(of: layer, bytes: min(affordable, missing[layer]), phase: .during, in: step, missing: &missing)
      }
      addLoad(of: step, bytes: missing[step], phase: .before, in: step, missing: &missing)
    }
    for layer in problem.steps where schedule.window[layer] != nil {
      if case .window = problem.schedulePins.constants[layer] { continue }
      schedule.window[layer] = problem.steps.first { step in copies[step].contains { $0.loads(layer) } } ?? layer
    }
  }

  private mutating func addLoad(
    of layer: Int, bytes: Int, phase: L3Transfer.Phase, in step: Int, missing: inout [Int]
  ) {
    guard bytes > 0 else { return }
    let firstByte = choice(layer).loadedConstantBytes - missing[layer]
    copies[step].append(
      ScheduledCopy(subject: .weights(layer: layer, firstByte: firstByte), phase: phase, bytes: bytes))
    missing[layer] -= bytes
  }
}

extension ScheduledCopy {
  /// Whether the copy brings constants of a layer.
  func loads(_ layer: Int) -> Bool {
    if case .weights(layer, _) = subject { true } else { false }
  }
}
