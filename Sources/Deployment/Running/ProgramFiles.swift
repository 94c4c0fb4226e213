import Foundation
import NetworkIR

/// What a run of a generated program left.
struct ProgramResults {
  /// Per sample, per network output: codes, HWC.
  var outputs: [[[Int32]]] = []
  /// Per sample, per layer: codes, HWC.
  var layers: [[[Int32]]] = []
  /// What the simulator found wrong, a line each; the results end where it stopped.
  var faults: [String] = []
  /// Cycles of the run; nil where the program does not count them, or did not come to its end.
  var cycles: ClusterReport?
}

/// The files through which a generated program gets its samples and gives its results, packed as its command line says.
struct ProgramFiles: ~Copyable {
  private let folder: TemporaryFolder
  private let samples: Int

  /// Writes the samples: per sample, per network input, codes in HWC.
  init(_ samples: [[[Int32]]], of network: Network) throws {
    let folder = try TemporaryFolder()
    let input = samples.flatMap { sample in
      zip(sample, network.inputs).flatMap { network[$1.tensor].type.packed($0, shape: network[$1.tensor].shape) }
    }
    try Data(input).write(to: folder.url.appending(path: "input.bin"))
    self.folder = folder
    self.samples = samples.count
  }

  /// Where a file of that name lies or will lie.
  func path(_ name: String) -> String { folder.path + "/" + name }

  /// The options that both simulators understand, for the program of a project in this folder.
  func arguments(project: String) -> [String] {
    [
      "--weights", project + "/weights.bin", "--input", path("input.bin"), "--output", path("output.bin"),
      "--layers", path("layers.bin"), "--samples", "\(samples)",
    ]
  }

  /// How far a program is that was given `arguments`.
  func progress(of network: Network) -> LayerFileProgress {
    LayerFileProgress(
      path: path("layers.bin"), layerBytes: network.layers.map { network[$0.output].bytes }, samples: samples)
  }

  /// Everything that the program wrote, as far as it came.
  func results(of network: Network, after result: ProcessResult) -> ProgramResults {
    ProgramResults(
      outputs: unpack("output.bin", network.outputs.map { network[$0.tensor] }),
      layers: unpack("layers.bin", network.layers.map { network[$0.output] }),
      faults: result.succeeded ? [] : result.faultLines)
  }

  /// Splits a file of packed tensors; stops at the first that is not there in full.
  private func unpack(_ name: String, _ tensors: [Tensor]) -> [[[Int32]]] {
    guard let bytes = try? ModelFile.read(path(name), limitBytes: .max) else { return [] }
    var position = 0
    var result: [[[Int32]]] = []
    for _ in 0..<samples {
      var sample: [[Int32]] = []
      for tensor in tensors {
        guard position + tensor.bytes <= bytes.count else { return sample.isEmpty ? result : result + [sample] }
        let slice = bytes[position..<position + tensor.bytes]
        sample.append(tensor.type.codes(from: slice, shape: tensor.shape))
        position += tensor.bytes
      }
      result.append(sample)
    }
    return result
  }
}
