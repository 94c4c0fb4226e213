import Foundation
import NetworkIR
import Reference
import Testing

@testable import GraphImport

/// Public models, imported and evaluated, against what TensorFlow Lite's reference kernels computed from the same file.
@Suite(.enabled(if: TFLiteSharedNetworks.isPresent, "the folder ../shared/networks beside the package is not present"))
struct TFLiteGoldenTests {
  /// Models that this suite takes, with the least number of samples; the large ones are left to the conformance tests.
  static let models = [
    "cfu_magic_wand", "coral_mnv1_025_128_uint8", "emlearn_mnist_cnn_int8", "mlperf_ad_fcae_int8",
    "mlperf_ic_resnet8_int8", "mlperf_kws_dscnn_int8", "mlperf_vww_mnv1_int8", "openmv_force_int",
    "tflm_hello_world_int8", "tflm_micro_speech", "tflm_person_detect", "tinyengine_lenet300_int8",
    "tinymaix_cifar10_int8", "tinymaix_mbnet96_int8", "tinymaix_mnist_dw_int8", "tinymaix_mnist_resnet_int8",
    "tinymaix_mnist_valid_int8",
  ]

  /// Enough for the small models to be run on every sample, and for the large ones on two.
  private static let mostOperations = 10_000_000

  @Test(arguments: models)
  func `every tensor of sample 0, and the outputs of further samples, are those of the reference kernels`(
    name: String
  ) throws {
    let network = try importModel(try TFLiteSharedNetworks.bytes(name), fileName: "\(name).tflite").network
    let golden = TFLiteGolden(folder: TFLiteSharedNetworks.folder.path + "/" + name, network: network)
    let executor = ReferenceExecutor(network)
    let inputs = try golden.inputs()
    let outputs = try golden.outputs()
    let intermediates = try golden.intermediates()
    #expect(intermediates.count >= network.layers.count)
    for sample in 0..<min(inputs.count, max(2, Self.mostOperations / max(network.macs, 1))) {
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
