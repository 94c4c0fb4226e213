import Foundation
import NetworkIR
import Reference
import Testing

/// The kernel tests of CMSIS-NN, whose expected outputs TensorFlow Lite computed.
@Suite(.enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct KernelTests {
  /// Cases that are not run, each with its reason.
  static let notRun: [String: String] = {
    let mixed = [
      "basic_2_int4", "conv_1_x_n_3_int4", "conv_1_x_n_5_int4", "conv_2x2_dilation_5x5_input_int4",
      "conv_2x3_dilation_int4", "conv_3_int4", "conv_5_int4", "conv_out_activation_int4", "kernel1x1_int4_2",
      "kernel1x1_int4_3", "kernel1x1_stride_x_y_2_int4", "kernel1x1_stride_x_y_int4",
    ]
    var reasons: [String: String] = [:]
    // Two generations of the case share the files of shift, input and configuration, and only the newer ones are left.
    for name in mixed { reasons[name] = "its arrays belong to two different sets" }
    for name in ["softmax_s16", "softmax_s8_s16"] { reasons[name] = "softmax with int16 codes is not modelled" }
    for name in ["svdf", "svdf_1", "svdf_2", "svdf_3", "svdf_int8"] {
      reasons[name] = "SVDF keeps a state between inferences"
    }
    for name in ["batch_matmul_3_s16", "batch_matmul_5_s16"] {
      reasons[name] = "an accumulator can leave 32 bits"
    }
    return reasons
  }()

  @Test(arguments: KernelCase.all)
  func `the reference gives the codes of TensorFlow Lite`(kernel: KernelCase) throws {
    do {
      let trial = try kernel.trial()
      let executor = ReferenceExecutor(trial.network)
      let found = try trial.samples.map { try executor.run($0)[trial.network.outputs[0].tensor] }
      if Self.notRun[kernel.name] == nil {
        #expect(found == trial.expected)
        #expect(!trial.expected.isEmpty)
      } else {
        #expect(found != trial.expected, "the case can be run after all")
      }
    } catch let reason as NotRun {
      #expect(Self.notRun[kernel.name] == reason.reason)
    }
  }

  @Test func `no case is missing`() {
    #expect(KernelCase.all.count == 112)
  }
}
