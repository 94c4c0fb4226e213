import NetworkIR
import Testing

@testable import TilingSolver

struct AddressAssignerTests {
  @Test(arguments: Array(UInt64(0)..<200))
  func `buffers that exist at the same time never overlap`(seed: UInt64) {
    let buffers = Self.randomBuffers(seed: seed, count: Int(seed % 40) + 1)
    let assigner = AddressAssigner(buffers)
    let assignment = assigner.assignment(capacity: assigner.leastPeakBytes)
    for one in buffers.indices {
      let start = assignment.offsets[one]
      let end = start + buffers[one].bytes
      #expect(start % 4 == 0 && start >= 0 && end <= assignment.peakBytes, "seed \(seed)")
      for other in buffers.indices where other > one {
        let otherStart = assignment.offsets[other]
        let shareSteps =
          buffers[one].steps.lowerBound <= buffers[other].steps.upperBound
          && buffers[other].steps.lowerBound <= buffers[one].steps.upperBound
        let shareBytes = start < otherStart + buffers[other].bytes && otherStart < end
        #expect(!(shareSteps && shareBytes), "seed \(seed), buffers \(one) and \(other)")
      }
    }
  }

  @Test(arguments: Array(UInt64(300)..<340))
  func `the peak lies between the fullest step and the sum of all buffers`(seed: UInt64) {
    let buffers = Self.randomBuffers(seed: seed, count: 30)
    let fullest = (0..<20).map { step in
      buffers.filter { $0.steps.contains(step) }.map(\.bytes).reduce(0, +)
    }.max()
    let assigner = AddressAssigner(buffers)
    #expect(assigner.leastPeakBytes == fullest, "seed \(seed)")
    let peak = assigner.assignment(capacity: 0).peakBytes
    #expect(peak >= assigner.leastPeakBytes && peak <= buffers.map(\.bytes).reduce(0, +), "seed \(seed)")
  }

  @Test func `a few buffers reach the least peak that any order of first-fit reaches`() {
    for seed in UInt64(0)..<60 {
      let buffers = Self.randomBuffers(seed: seed, count: 5)
      let assigner = AddressAssigner(buffers)
      let peaks = Self.permutations(Array(buffers.indices)).map { assigner.firstFit($0).peakBytes }
      #expect(assigner.assignment(capacity: 0).peakBytes >= peaks.min() ?? 0, "seed \(seed)")
      let reachable = peaks.min() ?? 0
      #expect(assigner.assignment(capacity: reachable).peakBytes == reachable, "seed \(seed)")
    }
  }

  @Test func `nothing needs no memory`() {
    let assignment = AddressAssigner([]).assignment(capacity: 0)
    #expect(assignment == AddressAssignment(offsets: [], peakBytes: 0))
  }

  static func randomBuffers(seed: UInt64, count: Int) -> [LiveBuffer] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let first = Int.random(in: 0..<20, using: &random)
      let last = min(first + Int.random(in: 0..<8, using: &random), 19)
      return LiveBuffer(bytes: 4 * Int.random(in: 1...200, using: &random), steps: first...last)
    }
  }

  private static func permutations(_ items: [Int]) -> [[Int]] {
    guard let first = items.first else { return [[]] }
    return permutations(Array(items.dropFirst())).flatMap { rest in
      (0...rest.count).map { index in
        var order = rest
        order.insert(first, at: index)
        return order
      }
    }
  }
}
