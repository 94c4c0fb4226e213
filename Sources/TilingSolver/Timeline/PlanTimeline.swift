import NetworkIR

/// When what happens in one inference, by the cost model: each tile, each transfer, each time of waiting.
package struct PlanTimeline: Sendable {
  /// One step of the plan.
  package struct Step: Sendable {
    /// When it begins, in cycles from the start of the inference.
    package var begin: Int
    package var end: Int
    /// Ordered by their begin, those of equal begin by their track; times as `begin` counts them.
    package var events: [TimelineEvent]
  }

  /// One a layer. Each begins where the one before ends.
  package var steps: [Step] = []

  /// What the inference takes; the plan's cycles, unless another cost model made the plan.
  package var cycles: Int { steps.last?.end ?? 0 }
}

extension PlanExplainer {
  /// When what happens in one inference.
  package func timeline() -> PlanTimeline {
    var whole = Timeline()
    var timeline = PlanTimeline()
    for layer in layers {
      let begin = whole.clock
      let first = whole.events.count
      whole.append(recurrence(layer).timeline)
      let order = TimelineEvent.Track.allCases
      let events = whole.events[first...].sorted { one, other in
        (one.begin, order.firstIndex(of: one.activity.track) ?? 0)
          < (other.begin, order.firstIndex(of: other.activity.track) ?? 0)
      }
      timeline.steps.append(PlanTimeline.Step(begin: begin, end: whole.clock, events: events))
    }
    return timeline
  }
}
