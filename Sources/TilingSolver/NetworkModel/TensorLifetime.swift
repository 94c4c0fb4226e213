import NetworkIR

/// When an activation is written and read, in steps of the workload.
struct TensorLifetime: Equatable, Sendable {
  /// The activation.
  var tensor: TensorID
  /// Rounded up to a multiple of 4, as every address and size in L2 and L3 is.
  var bytes: Int
  /// The step that writes it; -1 for an input of the network, which the application writes before the run.
  var production: Int
  /// Steps that read it, ascending, each once.
  var consumers: [Int]
  /// The steps from first to last during which the tensor exists.
  var live: ClosedRange<Int>

  /// Steps between two uses in which the tensor may be absent from L2.
  ///
  /// Not the step after production: a page-out runs beside that step and reads the tensor. After the last reader an
  /// output of the network stays where it is.
  var gaps: [Int] { live.filter(mayBeAbsent) }

  /// Whether a step that the tensor lives in is one of `gaps`.
  func mayBeAbsent(in step: Int) -> Bool {
    guard let last = consumers.last else { return false }
    return step > production + 1 && step < last && !consumers.contains(step)
  }

  /// Whether a layer reads or writes the tensor in a step.
  func isUsed(in step: Int) -> Bool { step == production || consumers.contains(step) }

  /// The lifetimes of a network's activations, by `TensorID`; nil for tensors that nothing writes.
  static func all(in workload: Workload) -> [TensorLifetime?] {
    let last = max(workload.layers.count - 1, 0)
    var production = [Int?](repeating: nil, count: workload.tensors.count)
    var consumers = [[Int]](repeating: [], count: workload.tensors.count)
    for input in workload.inputs { production[input] = -1 }
    for (step, layer) in workload.layers.enumerated() {
      production[layer.output] = step
      for tensor in Set(layer.inputs.map(\.tensor)).sorted() { consumers[tensor].append(step) }
    }
    let outputs = Set(workload.outputs)
    return workload.tensors.indices.map { tensor in
      guard let production = production[tensor] else { return nil }
      let first = max(production, 0)
      let end = outputs.contains(tensor) ? last : max(consumers[tensor].last ?? first, first)
      return TensorLifetime(
        tensor: tensor, bytes: roundedUpTo4(workload[tensor].bytes), production: production,
        consumers: consumers[tensor], live: first...end)
    }
  }

  /// Bytes of the activations that exist in the step where they are most; 0 without steps.
  static func mostLiveBytes(in workload: Workload) -> Int {
    let lifetimes = all(in: workload).compactMap { $0 }
    let live = workload.layers.indices.map { step in
      lifetimes.reduce(0) { $1.live.contains(step) ? $0 + $1.bytes : $0 }
    }
    return live.max() ?? 0
  }
}

/// The least multiple of 4 that is not below `bytes`: the external memory is 35 times slower at other addresses.
func roundedUpTo4(_ bytes: Int) -> Int { (bytes + 3) / 4 * 4 }
