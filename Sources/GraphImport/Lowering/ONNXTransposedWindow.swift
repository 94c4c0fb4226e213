import NetworkIR

/// The window of a `ConvTranspose` as a node of the file gives it, over one dimension or two.
struct ONNXTransposedWindow {
  /// What is wrong with an attribute, or with sizes that do not fit.
  enum Problem: Error {
    case attribute(name: String, found: String, allowed: String)
    case sizes(String)
  }

  var rows: TransposedAxis
  var columns: TransposedAxis
  var kernel: Extent
  /// Positions of the output in the file's dimensions, one or two.
  private var outputs: [Int]

  /// Source of the sizes and the padding: ONNX's ConvTranspose, version 11, and ONNX Runtime where it is silent: SAME
  /// without an `output_shape` cuts off what is beyond `input * stride`, and adds nothing.
  ///
  /// - Parameters:
  ///   - node: a `ConvTranspose`.
  ///   - dimensions: of the input: [1, C, L] or [1, C, H, W].
  ///   - weights: the spatial dimensions of the weights, as many as the input has, each at least 1.
  /// - Throws: `Problem` naming the attribute that is out of range, or the sizes that do not fit.
  init(_ node: GraphNode, dimensions: [Int], kernel weights: [Int]) throws(Problem) {
    let spatial = Array(dimensions.dropFirst(2))
    guard (1...2).contains(spatial.count) else {
      throw .sizes("the input has dimensions \(dimensions), but [1, C, L] or [1, C, H, W] is needed")
    }
    let ones = spatial.map { _ in 1 }
    let kernel = try Self.numbers(node, "kernel_shape", default: weights, from: 1)
    guard weights == kernel else { throw .sizes("kernel_shape is \(kernel), but the weights have \(weights)") }
    let stride = try Self.numbers(node, "strides", default: ones, from: 1)
    let dilation = try Self.numbers(node, "dilations", default: ones, from: 1)
    let extra = try Self.numbers(node, "output_padding", default: spatial.map { _ in 0 }, from: 0)
    if let index = spatial.indices.first(where: { extra[$0] >= max(stride[$0], dilation[$0]) }) {
      throw .attribute(
        name: "output_padding", found: "\(extra[index])",
        allowed: "a number below stride \(stride[index]) or dilation \(dilation[index])")
    }
    let whole = spatial.indices.map {
      (spatial[$0] - 1) * stride[$0] + (kernel[$0] - 1) * dilation[$0] + 1 + extra[$0]
    }
    let cut = try Self.cut(node, spatial: spatial, stride: stride, whole: whole)
    outputs = cut.map(\.output)
    var axes: [TransposedAxis] = []
    for index in spatial.indices {
      guard (1...NetworkLimit.mostElements).contains(outputs[index]),
        let axis = TransposedAxis(
          input: spatial[index], output: outputs[index], kernel: kernel[index], stride: stride[index],
          dilation: dilation[index], padding: cut[index].before)
      else { throw .sizes("\(whole[index]) positions cannot be cut to \(outputs[index])") }
      axes.append(axis)
    }
    rows = axes[0]
    if axes.count > 1 {
      columns = axes[1]
    } else if let only = TransposedAxis(input: 1, output: 1, kernel: 1, stride: 1, padding: 0) {
      columns = only
    } else {
      throw .sizes("the input has dimensions \(dimensions)")
    }
    self.kernel = Extent(height: kernel[0], width: kernel.count > 1 ? kernel[1] : 1)
  }

  /// The dimensions that the output has in the file.
  func outputDimensions(channels: Int) -> [Int] { [1, channels] + outputs }

  /// What is cut off in front of each direction, and what is left.
  private static func cut(
    _ node: GraphNode, spatial: [Int], stride: [Int], whole: [Int]
  ) throws(Problem) -> [(before: Int, output: Int)] {
    let mode = node.string("auto_pad") ?? "NOTSET"
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
      throw .attribute(name: "auto_pad", found: mode, allowed: "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
    let isUpper = mode == "SAME_UPPER"
    func before(_ total: Int) -> Int { isUpper ? total / 2 : total - total / 2 }
    if let given = node.ints("output_shape") {
      let most = zip(whole, stride).map { $0 + $1 - 1 }
      guard given.count == spatial.count, zip(given, most).allSatisfy({ $0 >= 1 && $0 <= $1 }) else {
        throw .attribute(name: "output_shape", found: "\(given)", allowed: "1 to \(most)")
      }
      return zip(whole, given).map { (before(max(0, $0 - $1)), $1) }
    }
    if mode.hasPrefix("SAME") {
      return whole.indices.map {
        let total = max(0, whole[$0] - spatial[$0] * stride[$0])
        return (before(total), whole[$0] - total)
      }
    }
    let none = Array(repeating: 0, count: 2 * spatial.count)
    let pads = mode == "VALID" ? none : try numbers(node, "pads", default: none, from: 0)
    return whole.indices.map { (pads[$0], whole[$0] - pads[$0] - pads[$0 + spatial.count]) }
  }

  private static func numbers(
    _ node: GraphNode, _ name: String, default standard: [Int], from least: Int
  ) throws(Problem) -> [Int] {
    let found = node.ints(name) ?? standard
    guard found.count == standard.count, found.allSatisfy({ (least...NetworkLimit.largestWindow).contains($0) }) else {
      throw .attribute(
        name: name, found: "\(found)",
        allowed: "\(standard.count) numbers in \(least)...\(NetworkLimit.largestWindow)")
    }
    return found
  }
}
