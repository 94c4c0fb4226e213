import Foundation
package import NetworkIR
import TilingSolver

/// A plan's predicted timeline in the Trace Event Format, which Perfetto and Chrome's tracing page read.
///
/// Times are in microseconds by the target's clock, whole nanoseconds, so that an event ends where the next one begins;
/// every event has its cycles beside them. Of a target without a clock a cycle counts as a microsecond.
package struct PlanTrace: Sendable {
  private let plan: DeploymentPlan
  private let timeline: PlanTimeline

  /// Evaluates a plan's timeline.
  ///
  /// - Parameters:
  ///   - plan: may have been changed since it was made, as long as it can be run.
  ///   - path: its file, for messages.
  /// - Throws: `Refusal` as `Explanation` does.
  package init(_ plan: DeploymentPlan, path: String) throws(Refusal) {
    try Explanation.requireExplainable(plan, path: path)
    self.plan = plan
    timeline = PlanExplainer(plan).timeline()
  }

  /// The trace as JSON: each track's events in their order, after its name.
  ///
  /// - Throws: what encoding throws.
  package func json() throws -> [UInt8] {
    try JSONDocument.encode(
      Document(
        displayTimeUnit: "ms",
        otherData: [
          "generator": plan.generator, "model": plan.model.name, "target": plan.target.name,
          "times": "predicted by the figures in the plan, measured on no chip",
          "cycles": "\(timeline.cycles)", "cyclesOfPlan": "\(plan.totals.predictedCycles)",
        ],
        traceEvents: names + layers + TimelineEvent.Track.allCases.flatMap(events) + occupancy),
      pretty: false)
  }

  private struct Document: Encodable {
    var displayTimeUnit: String
    var otherData: [String: String]
    var traceEvents: [TraceEvent]
  }

  private var names: [TraceEvent] {
    let process = TraceEvent(
      name: "process_name", ph: .metadata,
      args: ["name": .text("\(plan.model.name.harmless) on \(plan.target.name.harmless), predicted")])
    return [process]
      + TraceTrack.allCases.flatMap { track in
        [
          TraceEvent(name: "thread_name", ph: .metadata, tid: track.rawValue, args: ["name": .text(track.words)]),
          TraceEvent(
            name: "thread_sort_index", ph: .metadata, tid: track.rawValue, args: ["sort_index": .number(track.rawValue)]
          ),
        ]
      }
  }

  private var layers: [TraceEvent] {
    zip(plan.layers, timeline.steps).map { layer, step in
      slice(
        layer.name, .layers, step.begin, step.end,
        [
          "step": .number(layer.step), "op": .text(layer.op), "mode": .text(layer.mode.rawValue),
          "output": .text("\(layer.output.shape)"), "tiles": .number(layer.tiles), "macs": .number(layer.macs),
          "tile": .text(layer.tile.words(inputChannels: layer.inputs[0].shape.channels)),
        ])
    }
  }

  private func events(on track: TimelineEvent.Track) -> [TraceEvent] {
    zip(plan.layers, timeline.steps).flatMap { layer, step in
      step.events.filter { $0.activity.track == track }.map { event in
        var arguments: [String: TraceEvent.Argument] = ["layer": .text(layer.name.harmless)]
        if let tile = event.tile { arguments["tile"] = .number(tile) }
        if event.bytes > 0 { arguments["bytes"] = .number(event.bytes) }
        if let tensor = event.tensor { arguments["tensor"] = .text(tensor.harmless) }
        return slice(event.activity.words, TraceTrack(track), event.begin, event.end, arguments)
      }
    }
  }

  /// Bytes of L1 and L2 that hold something, step by step, and at last none.
  private var occupancy: [TraceEvent] {
    [MemoryLevel.l1, .l2].flatMap { level in
      zip(plan.layers, timeline.steps).map { layer, step in
        counter(level, at: step.begin, bytes: plan.occupiedBytes(of: level, in: layer))
      } + [counter(level, at: timeline.cycles, bytes: 0)]
    }
  }

  private func slice(
    _ name: String, _ track: TraceTrack, _ begin: Int, _ end: Int, _ arguments: [String: TraceEvent.Argument]
  ) -> TraceEvent {
    let start = microseconds(begin)
    return TraceEvent(
      name: name.harmless, ph: .complete, ts: start, dur: microseconds(end) - start, tid: track.rawValue,
      args: arguments.merging(["cycles": .number(end - begin)]) { $1 })
  }

  private func counter(_ level: MemoryLevel, at cycle: Int, bytes: Int) -> TraceEvent {
    TraceEvent(
      name: level == .l1 ? "L1 bytes in use" : "L2 bytes in use", ph: .counter,
      ts: microseconds(cycle), args: ["bytes": .number(bytes)])
  }

  /// Rounded down to a nanosecond.
  private func microseconds(_ cycle: Int) -> Decimal {
    let hertz = plan.target.figures.clocks.clusterHertz
    guard hertz > 0 else { return Decimal(cycle) }
    var exact = Decimal(cycle) * 1_000_000 / Decimal(hertz)
    var rounded = Decimal()
    NSDecimalRound(&rounded, &exact, 3, .down)
    return rounded
  }
}
