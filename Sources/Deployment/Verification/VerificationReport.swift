import Foundation
package import NetworkIR

/// What a verification found.
package struct VerificationReport: Sendable {
  package var model: String
  package var profile: ReferenceProfile
  /// Of the random samples; nil where the samples come from files.
  package var seed: UInt64?
  package var samples: Int
  package var host = BackendReport()
  /// Golden data against the reference executor; nil where none was given.
  package var golden: Tally?
  /// Golden tensors compared, over all samples.
  package var goldenTensors = 0
  /// A line for each golden tensor that differs from the reference.
  package var goldenDifferences: [String] = []
  /// Tensors of the golden folder that the lowered network does not have.
  package var unmatchedGolden: [String] = []

  package init(model: String, profile: ReferenceProfile, samples: Int) {
    self.model = model
    self.profile = profile
    self.samples = samples
  }

  /// Every layer and output compared and equal, no fault, and golden data (where given) equal to the reference.
  package var passes: Bool { host.passes && (golden.map { $0.mismatches == 0 && $0.elements > 0 } ?? true) }

  /// The machine-readable form; its keys are a contract.
  package func json() throws -> [UInt8] {
    try JSONDocument.encode(Document(self))
  }
}

/// How one back-end compares with the reference.
package struct BackendReport: Sendable {
  package var layers: [LayerComparison] = []
  package var outputs = Tally()
  /// Faults that the simulator reported, a line each.
  package var faults: [String] = []

  package init() {}

  package var passes: Bool {
    faults.isEmpty && outputs.mismatches == 0 && outputs.elements > 0
      && layers.allSatisfy { $0.mismatches == 0 && $0.elements > 0 }
  }

  /// The earliest difference in the order of the layers.
  package var first: Difference? { layers.lazy.compactMap(\.first).first }
}

/// The report as JSON has it.
private struct Document: Encodable {
  struct Counts: Encodable {
    var elements: Int
    var mismatches: Int

    init(_ tally: Tally) {
      elements = tally.elements
      mismatches = tally.mismatches
    }
  }

  struct LayerEntry: Encodable {
    var name: String
    var op: String
    var elements: Int
    var mismatches: Int
  }

  struct FirstDifference: Encodable {
    var sample, h, w, c: Int
    var layer: String
    var accumulator: Int?
    var expected, got: Int32
    var distanceToThreshold: Int?
  }

  struct Backend: Encodable {
    var layers: [LayerEntry]
    var outputs: Counts
    var faults: [String]
    var firstDifference: FirstDifference?

    init(_ report: BackendReport) {
      layers = report.layers.map {
        LayerEntry(name: $0.name, op: $0.op, elements: $0.elements, mismatches: $0.mismatches)
      }
      outputs = Counts(report.outputs)
      faults = report.faults
      firstDifference = report.first.map {
        FirstDifference(
          sample: $0.sample, h: $0.height, w: $0.width, c: $0.channel, layer: $0.layer, accumulator: $0.accumulator,
          expected: $0.expected, got: $0.got, distanceToThreshold: $0.distanceToThreshold)
      }
    }
  }

  var model: String
  var profile: String
  var seed: UInt64?
  var samples: Int
  var backends: [String: Backend]
  var golden: Counts?
  var pass: Bool

  init(_ report: VerificationReport) {
    model = report.model
    profile = report.profile.rawValue
    seed = report.seed
    samples = report.samples
    backends = ["host": Backend(report.host)]
    golden = report.golden.map(Counts.init)
    pass = report.passes
  }
}
