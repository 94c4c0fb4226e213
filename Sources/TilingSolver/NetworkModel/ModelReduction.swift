import NetworkIR

/// What can be left out of a problem's model before it is built, and the bounds that show why.
struct ModelReduction: Sendable {
  /// By `TensorID`: the tensor may live in L3.
  let mayLiveInL3: [Bool]
  /// Per layer, the choices that are left.
  private(set) var classes: [[ChoiceClass]]
  /// Per step, the least bytes that any schedule holds in L2.
  let leastBytes: [Int]

  /// What becomes of choices that stream a tensor which exists only while L2 holds all tensors and every layer's least
  /// need: hardly ever does the fastest schedule use one.
  enum RareChoices: Equatable, Sendable { case kept, merged, absent }

  /// Keeps all schedules of at most `cycles`.
  ///
  /// - Parameters:
  ///   - problem: what to decide.
  ///   - goal: what is minimised.
  ///   - cycles: slower schedules are of no interest.
  ///   - rareChoices: whether they are kept, put together, or left out.
  init(
    _ problem: PlanningProblem, goal: ScheduleModel.Goal, within cycles: Int = .max, rareChoices: RareChoices = .kept
  ) {
    let spareCycles = cycles == .max ? .max : cycles - problem.fastestCycles.reduce(0, +)
    let (choices, mayLiveInL3) = Self.possible(problem, spareCycles: spareCycles)
    let crowded = Self.crowdedSteps(problem)
    let isCrowded = problem.lifetimes.map { lifetime in lifetime?.live.contains { crowded[$0] } ?? false }
    self.mayLiveInL3 = rareChoices == .absent ? zip(mayLiveInL3, isCrowded).map { $0 && $1 } : mayLiveInL3
    self.classes = problem.steps.map { step in
      let all = problem.choices[step]
      if goal == .l2Peak {
        // A head takes no less than two slots that the layer fills itself.
        let headless = choices[step].filter { all[$0].headChunks == 0 }
        return ChoiceClass.singles(
          Self.smallest(headless.isEmpty ? choices[step] : headless, of: problem, step: step), of: problem, step: step)
      }
      let merged = choices[step].filter { index in
        rareChoices != .kept && !problem.tensorsInL3(all[index], step: step).allSatisfy { isCrowded[$0] }
      }
      let kept = choices[step].filter { !merged.contains($0) }
      let common = ChoiceClass.singles(kept, of: problem, step: step)
      if rareChoices == .absent { return common }
      return common + Self.groups(merged, of: all).compactMap { ChoiceClass($0, of: problem, step: step) }
    }
    self.leastBytes = problem.steps.map { step in
      let staying = problem.tensors(living: step).filter {
        !mayLiveInL3[$0.tensor] && !$0.mayBeAbsent(in: step)
      }
      let own = choices[step].map { problem.ownBytes(problem.choices[step][$0], step: step) }.min() ?? 0
      return own + staying.reduce(0) { $0 + $1.bytes }
    }
  }

  /// Choices of a model that is small enough to tell all of them apart at once.
  private static let fewChoices = 1_000

  /// Takes apart what a solution uses of the classes, by layer; all of them where that makes no large model.
  ///
  /// - Returns: false where the solution uses no class of several choices.
  mutating func split(_ used: [Int], _ problem: PlanningProblem) -> Bool {
    guard usesSeveral(used) else { return false }
    let splitsAll = classes.joined().reduce(0) { $0 + $1.members.count } <= Self.fewChoices
    for layer in classes.indices {
      classes[layer] = classes[layer].indices.flatMap { index in
        let isTaken = splitsAll || index == used[layer]
        return isTaken
          ? ChoiceClass.singles(classes[layer][index].members.sorted(), of: problem, step: layer)
          : [classes[layer][index]]
      }
    }
    return true
  }

  /// Whether a solution uses a class of several choices.
  func usesSeveral(_ used: [Int]) -> Bool {
    zip(classes, used).contains { $0[$1].members.count > 1 }
  }

  /// Per layer, the indices of choices that cost less than `spareCycles` beyond the fastest, as do the tensors that they
  /// stream; and by `TensorID`, which may live in L3.
  private static func possible(_ problem: PlanningProblem, spareCycles: Int) -> (choices: [[Int]], mayLiveInL3: [Bool])
  {
    var choices = problem.steps.map { step in
      problem.choices[step].indices.filter {
        problem.choices[step][$0].cycles.total - problem.fastestCycles[step] <= spareCycles
      }
    }
    // A tensor that can't move takes choices away, and these may keep another tensor from moving.
    while true {
      let mayLiveInL3 = problem.lifetimes.map { lifetime in
        guard let lifetime else { return false }
        return cyclesToStream(lifetime, problem, choices).map { $0 <= spareCycles } ?? false
      }
      let possible = problem.steps.map { step in
        choices[step].filter { index in
          problem.tensorsInL3(problem.choices[step][index], step: step).allSatisfy { mayLiveInL3[$0] }
        }
      }
      if possible == choices { return (choices, mayLiveInL3) }
      choices = possible
    }
  }

  /// The choices of equal operand levels together, in the order of the first of each.
  private static func groups(_ indices: [Int], of choices: [LayerChoice]) -> [[Int]] {
    var groups: [[Int]] = []
    for index in indices {
      if let group = groups.firstIndex(where: { choices[$0[0]].hasLevels(of: choices[index]) }) {
        groups[group].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups
  }

  /// For each combination of operand levels, the choice that holds the fewest bytes: the peak asks for no other.
  private static func smallest(_ indices: [Int], of problem: PlanningProblem, step: Int) -> [Int] {
    let choices = problem.choices[step]
    return groups(indices, of: choices).compactMap { group in
      group.min { (choices[$0].ownBytes, $0) < (choices[$1].ownBytes, $1) }
    }
  }

  /// By step: it can't hold all tensors that live in it and its layer's least need.
  private static func crowdedSteps(_ problem: PlanningProblem) -> [Bool] {
    problem.steps.map { step in
      let least = problem.choices[step].filter { problem.tensorsInL3($0, step: step).isEmpty }
        .map { problem.ownBytes($0, step: step) }.min()
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
