import NetworkIR

/// What can be left out of a problem's model before it is built, and the bounds that show why.
struct ModelReduction: Sendable {
  /// By `TensorID`: the tensor may live in L3.
  let mayLiveInL3: [Bool]
  /// Per layer, the indices of the choices whose streamed tensors may live in L3.
  let choices: [[Int]]
  /// Per step, the least bytes that any schedule holds in L2.
  let leastBytes: [Int]

  /// Which schedules a model must hold.
  enum Scope: Equatable, Sendable {
    /// Those where a tensor lives in L3 only if it exists while some step can't hold all its tensors and its layer's
    /// least need. Small, and most often the fastest schedule is among them; that it is remains to be shown.
    case tightSteps
    /// All.
    case everything
    /// All that take fewer cycles.
    case faster(than: Int)
  }

  init(_ problem: PlanningProblem, goal: ScheduleModel.Goal, scope: Scope) {
    let concerned = problem.lifetimes.map { scope != .tightSteps || $0.map { Self.isCrowded($0, problem) } ?? false }
    let spareCycles: Int =
      if case .faster(let limit) = scope { limit - problem.fastestCycles.reduce(0, +) } else { .max }
    var choices = problem.steps.map { step in
      problem.choices[step].indices.filter {
        problem.choices[step][$0].cycles.total - problem.fastestCycles[step] < spareCycles
      }
    }
    var mayLiveInL3: [Bool] = []
    var isSettled = false
    // A tensor that can't move takes choices away, and these may keep another tensor from moving.
    while !isSettled {
      mayLiveInL3 = problem.lifetimes.map { lifetime in
        guard let lifetime, concerned[lifetime.tensor] else { return false }
        return Self.cyclesToStream(lifetime, problem, choices).map { $0 < spareCycles } ?? false
      }
      let possible = problem.steps.map { step in
        choices[step].filter { index in
          problem.tensorsInL3(problem.choices[step][index], step: step).allSatisfy { mayLiveInL3[$0] }
        }
      }
      isSettled = possible == choices
      choices = possible
    }
    if goal == .l2Peak {
      choices = problem.steps.map { Self.smallest(choices[$0], of: problem.choices[$0]) }
    }
    self.mayLiveInL3 = mayLiveInL3
    self.choices = choices
    self.leastBytes = problem.steps.map { step in
      let staying = problem.tensors(living: step).filter {
        !mayLiveInL3[$0.tensor] && !$0.gaps.contains(step)
      }
      let own = choices[step].map { Self.ownBytes(problem.choices[step][$0]) }.min() ?? 0
      return own + staying.reduce(0) { $0 + $1.bytes }
    }
  }

  /// For each combination of operands in L3, the choice that holds the fewest bytes: the peak asks for no other.
  private static func smallest(_ indices: [Int], of choices: [LayerChoice]) -> [Int] {
    var kept: [Int] = []
    for index in indices.sorted(by: { (ownBytes(choices[$0]), $0) < (ownBytes(choices[$1]), $1) }) {
      let choice = choices[index]
      let isBeaten = kept.contains {
        choices[$0].inputsInL3 == choice.inputsInL3 && choices[$0].outputInL3 == choice.outputInL3
      }
      if !isBeaten { kept.append(index) }
    }
    return kept.sorted()
  }

  /// Bytes that a choice holds besides the network's tensors.
  static func ownBytes(_ choice: LayerChoice) -> Int {
    roundedUpTo4(choice.l2WorkBytes) + (choice.needsResidentConstants ? roundedUpTo4(choice.constantBytes) : 0)
  }

  /// Whether the model holds no schedule that `other` lacks.
  func isPart(of other: ModelReduction) -> Bool {
    zip(mayLiveInL3, other.mayLiveInL3).allSatisfy { !$0 || $1 }
      && zip(choices, other.choices).allSatisfy { Set($0).isSubset(of: $1) }
  }

  /// Some step of the tensor's life can't hold all its tensors and its layer's least need.
  private static func isCrowded(_ lifetime: TensorLifetime, _ problem: PlanningProblem) -> Bool {
    lifetime.live.contains { step in
      let least = problem.choices[step].filter { problem.tensorsInL3($0, step: step).isEmpty }
        .map { ownBytes($0) }.min()
      let living = problem.tensors(living: step).reduce(0) { $0 + $1.bytes }
      return least.map { living + $0 > problem.capacity[step] } ?? true
    }
  }

  /// Cycles that the layers which use a tensor take at least beyond their fastest choices when it lives in L3; nil where
  /// one of them can't stream it. A tensor that no layer uses has no reason to move.
  private static func cyclesToStream(
    _ lifetime: TensorLifetime, _ problem: PlanningProblem, _ choices: [[Int]]
  ) -> Int? {
    let users = problem.steps.filter { lifetime.isUsed(in: $0) }
    var cycles: Int? = users.isEmpty ? nil : 0
    for step in users {
      let streaming = choices[step].map { problem.choices[step][$0] }
        .filter { problem.wantsInL3(lifetime.tensor, $0, step: step) }
      let fastest = streaming.map(\.cycles.total).min()
      cycles = cycles.flatMap { sum in fastest.map { sum + $0 - problem.fastestCycles[step] } }
    }
    return cycles
  }
}
