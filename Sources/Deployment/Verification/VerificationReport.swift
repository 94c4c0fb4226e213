package import NetworkIR

/// What a verification found.
package struct VerificationReport: Sendable {
  package var model: String
  package var profile: ReferenceProfile
  /// Of the random samples; nil where the samples come from files.
  package var seed: UInt64?
  package var samples: Int
  package var backends: [Backend: BackendReport] = [:]
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
  package var passes: Bool {
    !backends.isEmpty && backends.values.allSatisfy(\.passes) && (golden?.passes ?? true)
  }

  /// The machine-readable form; its keys are a contract.
  package func json() throws -> [UInt8] {
    try JSONDocument.encode(VerificationDocument(self))
  }
}

/// The first sample and layer that a program did not come to the end of.
package struct Stop: Sendable, Equatable {
  package var sample: Int
  package var layer: String
}

/// How one back-end compares with the reference.
package struct BackendReport: Sendable {
  package var layers: [LayerComparison] = []
  package var outputs = Tally()
  /// Where the program stopped; nil where it came to its end.
  package var stop: Stop?
  /// Faults that the simulator reported, a line each.
  package var faults: [String] = []
  /// Where the back-end counts cycles and came to its end.
  package var measurement: MeasuredInference?

  package init() {}

  package var passes: Bool {
    faults.isEmpty && stop == nil && outputs.mismatches == 0 && outputs.missing == 0 && outputs.elements > 0
      && layers.allSatisfy { $0.mismatches == 0 && $0.missing == 0 && $0.elements > 0 }
  }

  /// The earliest difference in the order of the layers.
  package var first: Difference? { layers.lazy.compactMap(\.first).first }
}
