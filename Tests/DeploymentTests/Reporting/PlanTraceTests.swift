import Foundation
import NetworkIR
import Testing

@testable import Deployment

/// The trace, parsed anew and held against the plan.
struct PlanTraceTests {
  private struct Trace: Decodable {
    struct Event: Decodable {
      var name, ph: String
      var ts: Double
      var dur: Double?
      var pid, tid: Int
    }

    var displayTimeUnit: String
    var otherData: [String: String]
    var traceEvents: [Event]

    func slices(_ track: Int) -> [Event] { traceEvents.filter { $0.ph == "X" && $0.tid == track } }
  }

  private static func trace(_ plan: DeploymentPlan) throws -> Trace {
    try JSONDecoder().decode(Trace.self, from: Data(try PlanTrace(plan, path: "plan.json").json()))
  }

  private static func plans() throws -> [DeploymentPlan] {
    [try PlanReportTests.plan(), try PlanReportTests.plan(l1Bytes: 18_432, l2Bytes: 131_072)]
  }

  @Test func `slices of a track are sorted and do not overlap, and each track has a name`() throws {
    for plan in try Self.plans() {
      let trace = try Self.trace(plan)
      let tracks = Set(trace.traceEvents.filter { $0.ph == "X" }.map(\.tid))
      let named = trace.traceEvents.filter { $0.ph == "M" && $0.name == "thread_name" }.map(\.tid)
      #expect(tracks.isSubset(of: named) && Set(named).count == named.count)
      for track in tracks {
        let slices = trace.slices(track)
        for (one, next) in zip(slices, slices.dropFirst()) {
          // Whole nanoseconds, in microseconds: what remains is the rounding of a Double.
          #expect(one.ts + (one.dur ?? 0) <= next.ts + 1e-6, "track \(track) at \(one.ts)")
        }
        #expect(slices.allSatisfy { ($0.dur ?? -1) > 0 && $0.pid == 1 })
      }
    }
  }

  @Test func `the layers take what the plan predicts, by the target's clock`() throws {
    for plan in try Self.plans() {
      let trace = try Self.trace(plan)
      let layers = trace.slices(TraceTrack.layers.rawValue)
      #expect(layers.map(\.name) == plan.layers.map(\.name))
      let microseconds = Double(plan.totals.predictedCycles) * 1e6 / Double(plan.target.figures.clocks.clusterHertz)
      let last = try #require(layers.last)
      #expect(abs(last.ts + (last.dur ?? 0) - microseconds) < 0.001)
      let cores = trace.slices(TraceTrack.cores.rawValue) + trace.slices(TraceTrack.waiting.rawValue)
      #expect(abs(cores.reduce(0) { $0 + ($1.dur ?? 0) } - microseconds) < 0.01)
      #expect(trace.otherData["cycles"] == "\(plan.totals.predictedCycles)")
      #expect(trace.otherData["times"]?.contains("predicted") ?? false)
    }
  }

  @Test(arguments: [1_000, 175_000_000, 999_999_937])
  func `slices do not overlap by a clock whose cycles are no whole nanoseconds either`(hertz: Int) throws {
    var plan = try PlanReportTests.plan()
    plan.target.figures.clocks.clusterHertz = hertz
    let trace = try Self.trace(plan)
    for track in TraceTrack.allCases {
      let slices = trace.slices(track.rawValue)
      #expect(zip(slices, slices.dropFirst()).allSatisfy { $0.ts + ($0.dur ?? 0) <= $1.ts * (1 + 1e-12) + 1e-6 })
    }
    let last = try #require(trace.slices(TraceTrack.layers.rawValue).last)
    let seconds = Double(plan.totals.predictedCycles) / Double(hertz)
    #expect(abs((last.ts + (last.dur ?? 0)) / 1e6 / seconds - 1) < 1e-6)
  }

  @Test func `counters show the bytes in use, and end with none`() throws {
    for plan in try Self.plans() {
      let counters = try Self.trace(plan).traceEvents.filter { $0.ph == "C" }
      #expect(counters.count == 2 * (plan.layers.count + 1))
      #expect(Set(counters.map(\.name)) == ["L1 bytes in use", "L2 bytes in use"])
    }
  }

  @Test(arguments: PlanReportTests.hostile)
  func `any name makes a trace that can be read`(name: String) throws {
    let plan = PlanReportTests.renamed(try PlanReportTests.plan(), name)
    let trace = try Self.trace(plan)
    #expect(trace.slices(TraceTrack.layers.rawValue).map(\.name) == plan.layers.map(\.name.harmless))
  }

  @Test func `a plan that can't run is refused`() throws {
    var plan = try PlanReportTests.plan()
    plan.layers[0].tile.height += 1
    #expect(throws: Refusal.self) { try PlanTrace(plan, path: "plan.json") }
    #expect(throws: Refusal.self) { try PlanReport(plan, path: "plan.json") }
  }
}
