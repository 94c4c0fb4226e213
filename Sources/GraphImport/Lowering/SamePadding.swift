/// ONNX's `auto_pad` SAME: as many outputs as steps begin inside the input.
///
/// - Parameters:
///   - spatial: sizes of the input, in elements, one for each direction.
///   - reach: from the first to the last element under a window, both included.
///   - stride: at least 1 in each direction.
///   - isUpper: whether an odd element goes to the end (SAME_UPPER) or to the beginning (SAME_LOWER).
/// - Returns: all begins, then all ends.
func samePadding(spatial: [Int], reach: [Int], stride: [Int], isUpper: Bool) -> [Int] {
  let totals = spatial.indices.map { axis in
    max(0, (spatial[axis] - 1) / stride[axis] * stride[axis] + reach[axis] - spatial[axis])
  }
  let begins = totals.map { isUpper ? $0 / 2 : $0 - $0 / 2 }
  return begins + zip(totals, begins).map { $0 - $1 }
}
