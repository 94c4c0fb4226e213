import NetworkIR
import Testing

@testable import TilingSolver

/// The timeline of a plan, held against the plan's own sums and against the explanation's.
struct TimelineTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var network: String
    var l1: Int
    var kilobytes: Int
    var objective = Objective.latency

    var testDescription: String { "\(network), L1 \(l1), L2 +\(kilobytes) kB, \(objective)" }
  }

  static let cases = [
    Case(network: "small", l1: 65_536, kilobytes: 452), Case(network: "small", l1: 10_880, kilobytes: 4),
    Case(network: "small", l1: 13_952, kilobytes: 6), Case(network: "autoencoder", l1: 65_536, kilobytes: 452),
    Case(network: "autoencoder", l1: 13_952, kilobytes: 36), Case(network: "autoencoder", l1: 65_536, kilobytes: 40),
    Case(network: "autoencoder", l1: 13_952, kilobytes: 64, objective: .cold),
    Case(network: "resnet8", l1: 16_384, kilobytes: 24), Case(network: "resnet8", l1: 24_576, kilobytes: 56),
  ]

  private static func plan(_ item: Case) throws -> DeploymentPlan {
    let network =
      switch item.network {
      case "small": try ExplanationTests.small()
      case "autoencoder": try NetworkSample.autoencoder()
      default: try NetworkSample.resNet8()
      }
    return try ExplanationTests.plan(
      network, try .gap8(l1: item.l1, l2: item.kilobytes * 1024, beside: network), item.objective)
  }

  @Test(arguments: cases)
  func `steps follow one another and take what the plan says`(item: Case) throws {
    let plan = try Self.plan(item)
    let timeline = PlanExplainer(plan).timeline()
    var time = 0
    for (layer, step) in zip(plan.layers, timeline.steps) {
      #expect(step.begin == time, "\(layer.name)")
      #expect(step.end - step.begin == layer.cycles.total, "\(layer.name)")
      #expect(step.events.allSatisfy { $0.begin >= step.begin && $0.end <= step.end && $0.begin < $0.end })
      time = step.end
    }
    #expect(timeline.steps.count == plan.layers.count)
    #expect(timeline.cycles == plan.totals.predictedCycles)
  }

  @Test(arguments: cases)
  func `no track does two things at once, and the cores are never without one`(item: Case) throws {
    let events = PlanExplainer(try Self.plan(item)).timeline().steps.flatMap(\.events)
    for track in TimelineEvent.Track.allCases {
      let own = events.filter { $0.activity.track == track }
      #expect(zip(own, own.dropFirst()).allSatisfy { $0.end <= $1.begin }, "\(track)")
    }
    let cores = events.filter { $0.activity.resource != nil }
    #expect(zip(cores, cores.dropFirst()).allSatisfy { $0.end == $1.begin })
    #expect(cores.first?.begin == 0)
    let engine = events.filter { [.load, .store].contains($0.activity.track) }.sorted { $0.begin < $1.begin }
    #expect(zip(engine, engine.dropFirst()).allSatisfy { $0.end <= $1.begin }, "one engine moves both ways")
  }

  @Test(arguments: cases)
  func `what the cores do adds up to the parts of the explanation`(item: Case) throws {
    let explainer = PlanExplainer(try Self.plan(item))
    let explained = explainer.explanation().layers
    for (layer, step) in zip(explained, explainer.timeline().steps) {
      for resource in TimeParts.Resource.allCases {
        let cycles = step.events.reduce(0) { $1.activity.resource == resource ? $0 + $1.end - $1.begin : $0 }
        #expect(cycles == layer.parts[resource], "\(layer.name): \(resource)")
      }
    }
  }

  @Test(arguments: cases)
  func `every byte that the plan counts is moved once`(item: Case) throws {
    let plan = try Self.plan(item)
    for (layer, step) in zip(plan.layers, PlanExplainer(plan).timeline().steps) {
      func bytes(_ activities: [TimelineEvent.Activity]) -> Int {
        step.events.reduce(0) { activities.contains($1.activity) ? $0 + $1.bytes : $0 }
      }
      #expect(bytes([.load]) == layer.transfers.l2l1ReadBytes, "\(layer.name)")
      #expect(bytes([.store]) == layer.transfers.l2l1WriteBytes, "\(layer.name)")
      #expect(
        bytes([.weights, .pageIn, .streamedWeights, .streamedInput]) == layer.transfers.l3ReadBytes, "\(layer.name)")
      #expect(bytes([.pageOut, .streamedOutput]) == layer.transfers.l3WriteBytes, "\(layer.name)")
      let external = step.events.filter { $0.activity.track == .external }
      #expect(external.reduce(0) { $0 + $1.end - $1.begin } == layer.cycles.l3, "\(layer.name)")
      let kernels = step.events.filter { $0.activity == .kernel }
      #expect(kernels.compactMap(\.tile) == Array(0..<layer.tiles), "\(layer.name): tiles in their order")
    }
  }

  @Test func `the cases have every kind of event`() throws {
    let events = try Self.cases.flatMap { PlanExplainer(try Self.plan($0)).timeline().steps.flatMap(\.events) }
    let found = Set(events.map(\.activity))
    #expect(TimelineEvent.Activity.allCases.filter { !found.contains($0) } == [])
  }

  @Test func `copies fill the time in which the bus is idle`() {
    var line = Timeline()
    line.add(.streamedWeights, at: 10, cycles: 5)
    line.add(.streamedWeights, at: 20, cycles: 5)
    line.spend(.kernel, cycles: 26)
    line.fillBus([
      Timeline.Copy(activity: .weights, tensor: "a", bytes: 8, cycles: 12),
      Timeline.Copy(activity: .pageOut, tensor: "b", bytes: 4, cycles: 9),
    ])
    let filled = line.events.filter { $0.tensor != nil }
    #expect(filled.map(\.begin) == [0, 15, 17, 25])
    #expect(filled.map(\.end) == [10, 17, 20, 31])
    #expect(filled.map(\.bytes) == [8, 0, 4, 0])
    #expect(line.clock == 31)
  }
}
