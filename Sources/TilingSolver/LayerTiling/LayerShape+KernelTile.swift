import Hardware
import NetworkIR

extension LayerShape {
  /// Of one code of the first input; 1 where codes are packed.
  var inputElementBytes: Int { max(inputTypes[0].bits / 8, 1) }

  /// The code that computes it.
  var code: KernelCode {
    KernelCode(
      kernelTile(
        rows: output.height, columns: output.width, outputChannels: output.channels,
        inputChannels: inputChannelsPerOutput, isFirstPass: true, isLastPass: true))
  }

  /// What the cores compute for one tile in one pass: the layer's part of it, and the tile's sizes.
  func kernelTile(
    rows: Int, columns: Int, outputChannels: Int, inputChannels: Int, isFirstPass: Bool, isLastPass: Bool
  ) -> KernelTile {
    KernelTile(
      kernel: kernel, window: window, strideHeight: stride.height, rows: rows, columns: columns,
      outputChannels: outputChannels, inputChannels: inputChannels, isLastPass: isLastPass, order: order, form: form,
      entries: entries, inputElementBytes: inputElementBytes, strideWidth: stride.width, dilation: dilation,
      isFirstPass: isFirstPass, outputElementBytes: max(outputType.bits / 8, 1), loop: loop)
  }
}
