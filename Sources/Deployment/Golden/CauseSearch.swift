import GraphImport
import NetworkIR
import Reference

/// Finds out why golden tensors differ from the reference, each from the golden values of the tensors before it.
///
/// One early difference can change every later code; evaluated from golden values, only the layers that disagree themselves
/// still differ.
struct CauseSearch {
  private let model: ImportedModel
  private let file: ModelFile
  /// Read once, when the first difference is found.
  private lazy var otherReadings: [ImportedModel] = model.dialect.profiles.filter { $0 != model.profile }
    .compactMap { try? file.load(profile: $0, inputType: inputType) }
  /// Of the network that is compared: a file of floats doesn't say it.
  private var inputType: ElementType? { model.network.inputs.first.map { model.network[$0.tensor].type } }

  init(model: ImportedModel, file: ModelFile) {
    self.model = model
    self.file = file
  }

  /// Compares one sample with the reference and looks for causes.
  ///
  /// - Parameters:
  ///   - golden: all golden tensors of the sample.
  ///   - inputs: of the sample.
  ///   - reference: the codes of every tensor, as the reference computes them from the inputs.
  /// - Returns: one entry for each golden tensor that differs.
  mutating func differences(
    _ golden: [GoldenTensor], inputs: [[Int32]], reference: [[Int32]]
  ) -> [GoldenDifference] {
    let known = Dictionary(golden.map { ($0.tensor, $0.values) }, uniquingKeysWith: { first, _ in first })
    let alone = try? ReferenceExecutor(model.network).run(inputs, readingInstead: known)
    return golden.filter { $0.values != reference[$0.tensor] }.map { tensor in
      let cause: GoldenDifference.Cause
      var differing = reference
      if let alone, alone[tensor.tensor] == tensor.values {
        cause = .follows
      } else {
        if let alone { differing = alone }
        cause =
          alone.flatMap { rounding(tensor, known: known, alone: $0) }
          ?? self.cause(of: tensor, known: known, inputs: inputs)
      }
      return difference(tensor, known: known, computed: differing, total: reference, cause)
    }
  }

  private mutating func cause(
    of tensor: GoldenTensor, known: [TensorID: [Int32]], inputs: [[Int32]]
  ) -> GoldenDifference.Cause {
    for other in otherReadings {
      let tensors = matching(other.network)
      guard let own = tensors[tensor.tensor] else { continue }
      let theirs = Dictionary(
        known.compactMap { id, values in tensors[id].map { ($0, values) } }, uniquingKeysWith: { first, _ in first })
      if let codes = try? ReferenceExecutor(other.network).run(inputs, readingInstead: theirs),
        codes[own] == tensor.values
      {
        return .profile(other.profile)
      }
    }
    return .unexplained(tried: otherReadings.map(\.profile))
  }

  /// Whether every element that differs is the neighbour of the reference's code, across a tie so close that the float32
  /// sums of the program that made the golden data can stand on its other side.
  ///
  /// QONNX is computed in float32 by its own definition, and so are averages by ONNX Runtime.
  private func rounding(
    _ golden: GoldenTensor, known: [TensorID: [Int32]], alone: [[Int32]]
  ) -> GoldenDifference.Cause? {
    guard let layer = model.network.layers.firstIndex(where: { $0.output == golden.tensor }),
      isFloat(model.network.layers[layer].operation)
    else { return nil }
    var read = alone
    for (tensor, values) in known { read[tensor] = values }
    let executor = ReferenceExecutor(model.network)
    let shape = model.network[golden.tensor].shape
    var bound = 0.0
    for (index, code) in golden.values.enumerated() where code != alone[golden.tensor][index] {
      let position = Position(index, in: shape)
      guard abs(Int(code) - Int(alone[golden.tensor][index])) == 1,
        let tie = executor.tieDistance(layer: layer, position: position, tensors: read),
        tie.accumulators <= tie.float32Error
      else { return nil }
      bound = max(bound, tie.float32Error)
    }
    return .rounding(bound: bound)
  }

  private func isFloat(_ operation: NetworkIR.Operation) -> Bool {
    switch model.dialect {
    case .qonnx: true
    case .qdq, .qoperator: if case .pooling = operation { true } else { false }
    case .nemo, .quantlab, .requantShift, .tflite: false
    }
  }

  /// The tensors of another reading of the same file, by those of this one.
  private func matching(_ other: Network) -> [TensorID: TensorID] {
    var found: [TensorID: TensorID] = [:]
    for (id, tensor) in model.network.tensors.enumerated() {
      found[id] = other.tensors.firstIndex {
        $0.name == tensor.name && $0.origin.index == tensor.origin.index && $0.shape == tensor.shape
      }
    }
    return found
  }

  private func difference(
    _ golden: GoldenTensor, known: [TensorID: [Int32]], computed: [[Int32]], total: [[Int32]],
    _ cause: GoldenDifference.Cause
  ) -> GoldenDifference {
    var tally = Tally()
    tally.compare(golden.values, total[golden.tensor])
    let shown = cause == .follows ? total : computed
    var read = shown
    if cause != .follows { for (tensor, values) in known { read[tensor] = values } }
    let index = golden.values.indices.first { golden.values[$0] != shown[golden.tensor][$0] } ?? 0
    var own = Tally()
    own.compare(golden.values, computed[golden.tensor])
    let layer = model.network.layers.firstIndex { $0.output == golden.tensor }
    return GoldenDifference(
      source: golden.source, tensor: model.network[golden.tensor].name, elements: tally.elements,
      mismatches: tally.mismatches, ownMismatches: cause == .follows ? 0 : own.mismatches,
      first: Difference(
        model.network, layer: layer, tensor: golden.tensor, sample: golden.sample, index: index,
        expected: golden.values[index], got: shown[golden.tensor][index], read: read),
      cause: cause)
  }
}
