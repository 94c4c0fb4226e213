package import NetworkIR

/// Code that layers share: what all of one kind run, in one of the shapes in which the compiler makes it.
package enum CodePart: String, CaseIterable, Sendable {
  /// The runtime and the back-end; for each layer what `network.c` says about it.
  case program
  /// Dense convolutions in the interleaved order: what all of them share, and what sums go through that leave the loops.
  case dense, denseApart, denseFinish, denseFinishLong
  /// Tiles of one position.
  case denseSingle
  /// Those whose loops make the codes: by the form, and for inputs of 16 bits.
  case denseShort, denseLimited, denseDouble, denseClipped, denseHigh, denseWide, denseHalves
  /// Those that make codes of the sums afterwards.
  case denseRaw, denseLong, denseTable
  /// Depthwise convolutions in the columns order: what all of them share, strips by hand, and any other window or form.
  case columns, columnsPairs, columnsSingles, columnsShort, columnsLong
  /// Convolutions in the plain order, of bytes by the short forms and of anything else.
  case convolution, grouped, connected, depthwise, convolutionAny, groupedAny, connectedAny, depthwiseAny
  /// Element-wise layers that take words, and all that these share.
  case words, sumWords, shiftedWords, rescaleWords, extremumWords, lookupWords
  /// Element-wise layers that take one element at a time; sums may also take words and mend a few of them.
  case sumElements, multiplicationElements, extremumElements, rescaleElements, lookupElements
  /// Reductions of windows of bytes; those of other codes are `lanes`.
  case maximum, average, sum, longSum, floatAverage, lanes
  case softmax, tableSoftmax, argumentMaximum, matrixProduct, movement
}

/// A part as a layer uses it.
package struct CodeUse: Hashable, Sendable {
  package var part: CodePart
  /// What the part is instantiated for: each variant is linked once. Empty where there is one only.
  package var variant: String

  package init(_ part: CodePart, _ variant: [String] = []) {
    self.part = part
    self.variant = variant.joined(separator: " ")
  }
}

extension Network {
  /// The parts that a layer uses, those of the whole program left out.
  package func codeUses(of layer: Layer) -> [CodeUse] {
    let inputs = layer.inputs.map { self[$0.tensor].type }
    let output = self[layer.output]
    let types = (inputs + [output.type]).map(\.rawValue)
    let areBytes = (inputs + [output.type]).allSatisfy(\.isByte)
    switch layer.operation {
    case .convolution(let convolution):
      switch convolution.constantOrder(input: inputs[0], output: output.type) {
      case .interleaved: return convolution.denseUses(input: inputs[0], output: output.type)
      case .columns: return convolution.columnsUses(types)
      case .plain:
        let isVector = layer.inputs[0].shape.extent == .one && output.shape.extent == .one
        return [CodeUse(convolution.plainPart(areBytes: areBytes, isVector: isVector))]
      }
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup:
      return layer.operation.elementwiseUses(layer.operation.wordLoop(inputs: inputs, output: output.type), types)
    case .pooling(let pooling): return [pooling.codeUse(inputs[0], output.type)]
    case .softmax: return [CodeUse(.softmax)]
    case .tableSoftmax: return [CodeUse(.tableSoftmax)]
    case .argumentMaximum: return [CodeUse(.argumentMaximum)]
    case .matrixProduct: return [CodeUse(.matrixProduct)]
    case .movement: return [CodeUse(.movement)]
    }
  }
}

extension Convolution {
  /// Weights of an output channel, in bytes, up to which no layer is computed in several passes over its input channels:
  /// those of four channels, which the smallest tile has, are then few beside any L1.
  private static let onePassBytes = 256

  fileprivate func denseUses(input: ElementType, output: ElementType) -> [CodeUse] {
    let form = groupedForm(.interleaved)
    let isLong = [.rq64, .rq64s, .rq64t, .rq64x, .thr].contains(form.planned)
    let finish = CodeUse(isLong ? .denseFinishLong : .denseFinish, [form.name])
    let apart = [CodeUse(.denseApart, [input.rawValue]), finish]
    guard output.isByte, let part = form.loopPart(isByte: input.bits == 8) else {
      return [CodeUse(.dense)] + apart + [CodeUse(form.apartPart)]
    }
    // The sums of several passes leave the loops.
    let isOnePass = weightsPerOutputChannel * input.bits / 8 <= Self.onePassBytes
    let isLimited = requantization.map { $0.clamp != output.range } ?? false
    let variant = [form.name, input.rawValue, output.rawValue, isLimited ? "within" : "full"]
    let hasSingle = kernel == .one && input.bits == 8 && part != .denseWide
    return [CodeUse(.dense)] + (isOnePass ? [] : apart) + (hasSingle ? [CodeUse(.denseSingle, variant)] : [])
      + [CodeUse(part, variant)]
  }

  fileprivate func columnsUses(_ types: [String]) -> [CodeUse] {
    let form = groupedForm(.columns)
    let isByHand =
      form.isShortLine && dilation == .one && kernel.height == kernel.width && [3, 5].contains(kernel.width)
      && stride.height == stride.width && stride.width <= 2
    guard isByHand else { return [CodeUse(.columns), CodeUse(form.isShort ? .columnsShort : .columnsLong)] }
    let variant = ["\(stride.width)", form.name] + types
    return [CodeUse(.columns), CodeUse(kernel.width == 3 ? .columnsPairs : .columnsSingles, variant)]
  }

  fileprivate func plainPart(areBytes: Bool, isVector: Bool) -> CodePart {
    let form = requantization?.form
    let isCommon = areBytes && weightType == .int8 && paddingValue == 0 && [.rq32, .rq32c, .rqh].contains(form)
    if isDepthwise && outputChannels == inputChannels { return isCommon ? .depthwise : .depthwiseAny }
    if groups > 1 { return isCommon ? .grouped : .groupedAny }
    if isVector && kernel == .one { return isCommon ? .connected : .connectedAny }
    return isCommon ? .convolution : .convolutionAny
  }

  private func groupedForm(_ order: ConstantOrder) -> GroupedForm {
    switch groupedRule(order) {
    case .planned: GroupedForm(name: requantization?.form.rawValue ?? "raw", planned: requantization?.form)
    case .oneProduct: GroupedForm(name: "one product")
    case .twoProducts: GroupedForm(name: "two products")
    case .limited: GroupedForm(name: "limited")
    }
  }
}

/// The form that a kernel for groups of four channels computes: the plan's, or one of its own.
private struct GroupedForm {
  var name: String
  /// nil without requantization, and where the kernel has a form of its own.
  var planned: RequantizationForm?

  private var isOwn: Bool { planned == nil && name != "raw" }
  /// Whether strips of columns are written by hand for it.
  var isShortLine: Bool { isOwn || planned == .rq32 }
  var isShort: Bool { isOwn || [.rq32, .rq32c, .rqh].contains(planned) }

  /// The kernel that makes the codes in its loops, if there is one for inputs of this size.
  func loopPart(isByte: Bool) -> CodePart? {
    switch planned {
    case nil where !isOwn: nil
    case nil, .rq32, .rq32c: isByte ? shortPart : .denseHalves
    case .rqh: isByte ? .denseHigh : nil
    // Only where all channels are shifted by 32 at least; of the two kernels this is the larger one.
    case .rq64, .rq64s: isByte ? .denseWide : nil
    case .rq64x, .rq64t, .thr: nil
    }
  }

  private var shortPart: CodePart {
    switch name {
    case "two products": .denseDouble
    case "limited": .denseLimited
    default: planned == .rq32c ? .denseClipped : .denseShort
    }
  }

  /// What a layer has of its own whose codes are made afterwards.
  var apartPart: CodePart {
    switch planned {
    case nil where !isOwn: .denseRaw
    case .rq64x, .thr: .denseTable
    default: .denseLong
    }
  }
}

extension Operation {
  /// Of an element-wise operation; `loop` is the one that computes words, if there is one.
  fileprivate func elementwiseUses(_ loop: WordLoop?, _ types: [String]) -> [CodeUse] {
    let parts: (words: CodePart, elements: CodePart)? =
      switch self {
      case .addition, .pairwise: (loop == .shifted ? .shiftedWords : .sumWords, .sumElements)
      case .multiplication: (.words, .multiplicationElements)
      case .extremum: (.extremumWords, .extremumElements)
      case .rescale: (.rescaleWords, .rescaleElements)
      case .lookup: (.lookupWords, .lookupElements)
      case .convolution, .pooling, .softmax, .tableSoftmax, .argumentMaximum, .matrixProduct, .movement: nil
      }
    guard let parts else { return [] }
    if let loop {
      let kind = if case .extremum(let extremum) = self { [extremum.kind.rawValue] } else { [String]() }
      return [CodeUse(.words), CodeUse(parts.words, [loop.rawValue] + kind + types)]
    }
    return parts.elements == .sumElements
      ? [CodeUse(.words), CodeUse(.sumElements, types)] : [CodeUse(parts.elements)]
  }
}

extension Pooling {
  fileprivate func codeUse(_ input: ElementType, _ output: ElementType) -> CodeUse {
    let areBytes = input.isByte && output.isByte
    switch kind {
    case .singlePrecisionAverage: return CodeUse(.floatAverage)
    case .maximum where areBytes && input == output:
      return CodeUse(
        .maximum, ["\(kernel.height)x\(kernel.width)", "\(stride.height)x\(stride.width)", input.rawValue])
    case .average where areBytes: return CodeUse(.average, [input.rawValue])
    case .sum(let rule, _) where areBytes: return CodeUse(rule.form == .rq32 ? .sum : .longSum, [input.rawValue])
    case .maximum, .average, .sum: return CodeUse(.lanes)
    }
  }
}

extension ElementType {
  fileprivate var isByte: Bool { self == .int8 || self == .uint8 }
}
