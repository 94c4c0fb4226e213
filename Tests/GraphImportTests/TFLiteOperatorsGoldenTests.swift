import Foundation
import NetworkIR
import Reference
import Testing

@testable import GraphImport

/// Public models with operators that move or combine codes, against what TensorFlow Lite's reference kernels computed.
@Suite(.enabled(if: TFLiteSharedNetworks.isPresent, "the folder ../shared/networks beside the package is not present"))
struct TFLiteOperatorsGoldenTests {
  /// Models, with the samples whose outputs are compared; the tensors of sample 0 are all compared.
  @Test(arguments: [("cfu_mnv2_160_035", 1), ("tinyengine_vww", 2), ("cfu_hps_tiled_2021_int8", 2)])
  func `every tensor is that of the reference kernels`(name: String, samples: Int) throws {
    let network = try importModel(try TFLiteSharedNetworks.bytes(name), fileName: "\(name).tflite").network
    let golden = TFLiteGolden(folder: TFLiteSharedNetworks.folder.path + "/" + name, network: network)
    let executor = ReferenceExecutor(network)
    let inputs = try golden.inputs()
    let outputs = try golden.outputs()
    let intermediates = try golden.intermediates()
    try #require(inputs.count >= samples)
    // Every tensor that the file names, but for inputs that are quantized here, is compared; one model has no such list.
    let named = network.layers.filter { network[$0.output].origin.index != nil }
    #expect(intermediates.isEmpty || intermediates.count >= named.count)
    for sample in 0..<samples {
      let tensors = try executor.run(inputs[sample])
      if sample == 0 {
        for (id, codes) in intermediates.sorted(by: { $0.key < $1.key }) {
          let wrong = zip(tensors[id], codes).count { $0 != $1 }
          #expect(wrong == 0 && tensors[id].count == codes.count, "\(network[id].name): \(wrong) of \(codes.count)")
        }
      }
      for (boundary, codes) in zip(network.outputs, outputs) {
        guard let codes else { continue }
        #expect(tensors[boundary.tensor] == codes[sample], "sample \(sample), output \(network[boundary.tensor].name)")
      }
    }
  }
}
