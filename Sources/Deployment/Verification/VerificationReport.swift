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
  package var golden: GoldenReport?
  /// How the files of samples were read, where that is not plain, and which were left aside.
  package var remarks: [Diagnostic] = []

  package init(model: String, profile: ReferenceProfile, samples: Int) {
    self.model = model
    self.profile = profile
    self.samples = samples
  }

  /// Every layer and output compared and equal, no fault, and golden data (where given) equal to the reference.
  package var passes: Bool { host.passes && (golden?.passes ?? true) }

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

    init(_ difference: Difference) {
      sample = difference.sample
      h = difference.height
      w = difference.width
      c = difference.channel
      layer = difference.layer
      accumulator = difference.accumulator
      expected = difference.expected
      got = difference.got
      distanceToThreshold = difference.distanceToThreshold
    }
  }

  struct Golden: Encodable {
    var elements, mismatches, ties, tensors: Int
    var differences: [Entry]
    var unmatched: [String]

    struct Entry: Encodable {
      var source, tensor: String
      var elements, mismatches, ownMismatches: Int
      var first: FirstDifference
      var cause: String
    }

    init(_ report: GoldenReport) {
      elements = report.tally.elements
      mismatches = report.tally.mismatches - report.tiedElements
      ties = report.tiedElements
      tensors = report.tensors
      unmatched = report.unmatched
      differences = report.differences.map {
        Entry(
          source: $0.source, tensor: $0.tensor, elements: $0.elements, mismatches: $0.mismatches,
          ownMismatches: $0.ownMismatches, first: FirstDifference($0.first), cause: $0.explanation)
      }
    }
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
      firstDifference = report.first.map(FirstDifference.init)
    }
  }

  var model: String
  var profile: String
  var seed: UInt64?
  var samples: Int
  var backends: [String: Backend]
  var golden: Golden?
  var pass: Bool

  init(_ report: VerificationReport) {
    model = report.model
    profile = report.profile.rawValue
    seed = report.seed
    samples = report.samples
    backends = ["host": Backend(report.host)]
    golden = report.golden.map(Golden.init)
    pass = report.passes
  }
}
