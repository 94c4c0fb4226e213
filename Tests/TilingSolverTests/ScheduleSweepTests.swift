import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

/// One network in sixteen amounts of L2.
struct ScheduleSweepTests {
  @Test(arguments: Array(UInt64(0)..<8))
  func `more memory never makes a plan impossible, nor slower by more than its gap`(seed: UInt64) throws {
    let network = try RandomNetworkBuilder.network(seed: 700 + seed, layers: 6 + Int(seed))
    let target = try Target.named("gap8")
    let scheduling = NetworkScheduling(Workload(network), target: target, objective: .latency)
    let largest = network.tensors.map(\.bytes).max() ?? 0
    var last: PlacedSchedule?
    for size in 1...16 {
      let l2Bytes = roundedUpTo4(6 * largest * size / 16)
      let placed = try? scheduling.placed(l2Bytes: l2Bytes)
      if let last {
        let placed = try #require(placed, "seed \(seed), \(l2Bytes) B")
        #expect(
          placed.scheduled.cycles <= last.scheduled.cycles + placed.scheduled.cycles - placed.bound, "seed \(seed)")
        #expect(placed.placement.assignment.peakBytes <= l2Bytes)
      }
      last = placed ?? last
    }
    #expect(last != nil, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(0)..<10))
  func `equal problems have equal schedules and addresses, never slower than the greedy one`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: true, capacityBursts: 7 + Int(seed), mayPin: true, isElementwise: seed % 2 == 0)
    guard let one = try? ScheduleSolver().fastest(problem) else { return }
    let other = try ScheduleSolver().fastest(problem)
    #expect(one.scheduled.schedule == other.scheduled.schedule && one.placement == other.placement, "seed \(seed)")
    guard let greedy = Schedule.greedy(for: problem) else { return }
    #expect(one.scheduled.cycles <= ScheduledNetwork(problem: problem, schedule: greedy).cycles, "seed \(seed)")
  }
}
