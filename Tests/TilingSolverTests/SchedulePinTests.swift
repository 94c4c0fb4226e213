import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

struct SchedulePinTests {
  /// A chain of three layers, or one with a skip connection, with pins.
  private static func problem(_ seed: UInt64, hasSkip: Bool = false, _ pins: Pins) throws -> PlanningProblem {
    let free = try SyntheticProblem.problem(
      seed: seed, hasSkip: hasSkip, capacityBursts: 7 + Int(seed % 6), mayPin: seed % 2 == 0)
    return PlanningProblem(
      workload: free.workload, choices: free.choices, l2Bytes: free.capacity[0], read: free.read, write: free.write,
      mayPin: free.mayPin, pins: pins)
  }

  private static func pin(_ name: String, _ level: MemoryLevel, _ steps: ClosedRange<Int>? = nil) -> TensorPin {
    var pin = TensorPin(name: name, level: level)
    pin.firstStep = steps?.lowerBound
    pin.lastStep = steps?.upperBound
    return pin
  }

  private func expect(_ problem: PlanningProblem, best: Int?, _ comment: Comment) {
    guard problem.pinConflicts.isEmpty else {
      #expect(best == nil, comment)
      return
    }
    let placed = try? ScheduleSolver().fastest(problem)
    guard let placed, let best else {
      // Whatever fits by its bytes may still have no addresses.
      #expect(placed == nil, comment)
      return
    }
    #expect(problem.schedulePins.allows(placed.scheduled.schedule), comment)
    #expect(placed.bound <= best && best <= placed.scheduled.cycles, comment)
    #expect(!placed.isOptimal || placed.scheduled.cycles == best, comment)
  }

  @Test(arguments: Array(UInt64(0)..<30), [MemoryLevel.l2, .l3])
  func `a tensor lives where it is pinned`(seed: UInt64, level: MemoryLevel) throws {
    let tensor = Int(seed % 4)
    let problem = try Self.problem(seed, Pins(tensors: [Self.pin("t\(tensor)", level)]))
    var free = try Self.problem(seed, Pins())
    for (step, layer) in free.workload.layers.enumerated() {
      free.choices[step].removeAll { choice in
        let levels = zip(layer.inputs.map(\.tensor) + [layer.output], choice.inputsInL3 + [choice.outputInL3])
        return levels.contains { $0 == tensor && $1 == (level == .l2) }
      }
    }
    expect(problem, best: ExhaustiveSchedule(free).best, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(40)..<80), 0...2)
  func `constants are in l2 from the step on to which they are pinned`(seed: UInt64, first: Int) throws {
    let problem = try Self.problem(seed, Pins(tensors: [Self.pin("layer_2.weights", .l2, first...2)]))
    let required = first == 0 && problem.mayPin ? -1 : 2 - first
    let best = ExhaustiveSchedule(try Self.problem(seed, Pins()), requiredWeights: [2: required]).best
    expect(problem, best: best, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(100)..<130), [false, true])
  func `a tensor is absent from l2 in the gap that its pins leave, and only there`(seed: UInt64, isAbsent: Bool) throws
  {
    // Tensor 2 is written in step 1 and read in steps 2 and 5: it may leave in step 4.
    var random = SplitMix64(seed: seed)
    let layers = [[0], [1], [2], [3], [4], [5, 2]]
    let network = SyntheticProblem.network(layers: layers, bursts: [1, 2, 2, 1, 2, 1, 1], outputs: [6])
    let timing = try SyntheticProblem.timing()
    let pins = isAbsent ? [Self.pin("t2", .l2, 1...3), Self.pin("t2", .l2, 5...5)] : [Self.pin("t2", .l2, 1...5)]
    let problem = PlanningProblem(
      workload: Workload(network),
      choices: layers.map { SyntheticProblem.choices(inputs: $0.count, random: &random) },
      l2Bytes: 20 * SyntheticProblem.burstBytes, read: timing, write: timing, mayPin: true, pins: Pins(tensors: pins))
    #expect(problem.pinConflicts.isEmpty)
    let scheduled = try ScheduleSolver().fastest(problem).scheduled
    let lifetime = try #require(problem.lifetimes[2])
    #expect(scheduled.residentRuns(of: lifetime) == (isAbsent ? [1...3, 5...5] : [1...5]), "seed \(seed)")
  }

  @Test func `buffers lie at the offsets to which they are pinned`() throws {
    var pins = Pins(tensors: [Self.pin("t1", .l2), Self.pin("t2", .l2)])
    pins.tensors[0].offset = 1_024
    pins.tensors[1].offset = 3_072
    let problem = try Self.problem(6, pins)
    #expect(problem.pinConflicts.isEmpty)
    let placement = try ScheduleSolver().fastest(problem).placement
    #expect(placement.offset(of: .tensor(1, firstStep: 0)) == 1_024)
    #expect(placement.offset(of: .tensor(2, firstStep: 1)) == 3_072)
  }

  @Test(arguments: [
    (TensorPin(name: "t1", level: .flash), "'t1' is pinned to flash, where only constants are"),
    (pin("t1", .l2, 0...2), "'t1' is pinned to l2 from step 0 to 2, but lives from step 0 to 1"),
    (pin("t1", .l2, 1...1), "'t1' is pinned so that l2 lacks it in step 0, but a layer uses it there"),
    (
      pin("layer_1.weights", .l2, 0...2),
      "'layer_1.weights' is pinned to l2 from step 0 to 2, but its layer runs in step 1"
    ),
    (pin("layer_1.weights", .flash), "'layer_1.weights' is pinned to flash, but has to be in l3"),
  ])
  func `a pin that cannot be is refused with the reason`(pin: TensorPin, message: String) throws {
    let conflicts = try Self.problem(1, Pins(tensors: [pin])).pinConflicts
    #expect(conflicts.map(\.code).first == "DG0521")
    #expect(conflicts.map(\.message).first == message)
  }

  @Test func `pinned places that overlap are refused with both`() throws {
    var pins = Pins(tensors: [Self.pin("t1", .l2), Self.pin("t2", .l2)])
    pins.tensors[0].offset = 0
    pins.tensors[1].offset = 256
    let conflicts = try Self.problem(6, pins).pinConflicts
    #expect(conflicts.count == 1 && conflicts[0].code == "DG0521")
    #expect(conflicts[0].message.hasPrefix("'t1' is pinned to bytes 0 to "))
  }
}
