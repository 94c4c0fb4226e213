import NetworkIR

/// How a window moves over a map.
struct TFLiteWindow {
  var kernel: Extent
  var stride: Extent
  var dilation: Extent
  var padding: Padding
}

extension TFLiteOperator {
  /// The window of the operator's options over `input`, checked against the shape of the output.
  ///
  /// SAME has `ceil(in / stride)` outputs and puts the smaller half of the padding first; VALID has
  /// `ceil((in - reach + 1) / stride)`. Source: ComputePaddingHeightWidth of tensorflow/lite/kernels/padding.h.
  mutating func window(kernel: Extent, input: Shape?, output: Shape?, dilated: Bool) -> TFLiteWindow? {
    let dilation = dilated ? extent("dilation_h_factor", "dilation_w_factor") : .one
    guard let stride = extent("stride_h", "stride_w"), let dilation, let padding = string("padding") else { return nil }
    guard min(stride.height, stride.width, dilation.height, dilation.width, kernel.height, kernel.width) >= 1 else {
      let sizes = [kernel, stride, dilation].map { "\($0.height)x\($0.width)" }
      refuse(.window, "kernel, stride and dilation are \(sizes.joined(separator: ", ")), but each must be at least 1")
      return nil
    }
    guard TFLiteOptions.paddings.contains(padding) else {
      refuse(.window, "padding is number \(padding), but SAME (0) or VALID (1) is needed")
      return nil
    }
    guard let input, let output else { return nil }
    let same = padding == "SAME"
    let folded = foldedPadding
    let height = input.height + folded.top + folded.bottom
    let width = input.width + folded.left + folded.right
    let rows = Self.axis(height, kernel.height, stride.height, dilation.height, same: same)
    let columns = Self.axis(width, kernel.width, stride.width, dilation.width, same: same)
    guard rows.outputs == output.height, columns.outputs == output.width else {
      let message =
        "the output is \(output.height)x\(output.width), but a \(kernel.height)x\(kernel.width) window over "
        + "\(height)x\(width) gives \(rows.outputs)x\(columns.outputs)"
      refuse(.consistentShapes, message)
      return nil
    }
    return TFLiteWindow(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: Padding(
        top: rows.before + folded.top, left: columns.before + folded.left, bottom: rows.after + folded.bottom,
        right: columns.after + folded.right))
  }

  /// The border of a PAD in front of the operator: see `Graph.foldingPads`.
  private var foldedPadding: Padding {
    guard case .ints(let widths)? = node?.attributes["folded_padding"], widths.count == 4 else { return .zero }
    return Padding(top: widths[0], left: widths[1], bottom: widths[2], right: widths[3])
  }

  mutating func extent(_ height: String, _ width: String) -> Extent? {
    let rows = int(height)
    let columns = int(width)
    guard let rows, let columns else { return nil }
    return Extent(height: rows, width: columns)
  }

  private static func axis(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, same: Bool
  ) -> (outputs: Int, before: Int, after: Int) {
    let reach = (kernel - 1) * dilation + 1
    guard same else { return (max(0, (input - reach + stride) / stride), 0, 0) }
    let outputs = (input + stride - 1) / stride
    let total = max(0, (outputs - 1) * stride + reach - input)
    return (outputs, total / 2, total - total / 2)
  }
}
