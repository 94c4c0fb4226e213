extension CodeFigures {
  /// What gcc 12 makes of the parts with -O2, in both spellings, and 3 % more for other versions of it.
  ///
  /// `Benchmarks/calibration/code_size.py fit` prints this table: of each part the greatest bytes in 54 networks and 18 random
  /// ones (code_size.jsonl). `program` has what runtime and back-end take, and in each layer up to three transfers with L3.
  package static let measured = CodeFigures(table: [
    .argumentMaximum: (600, 0, 600, 0),
    .average: (4124, 0, 2196, 0),
    .columns: (0, 0, 0, 2148),
    .columnsLong: (1536, 0, 1636, 0),
    .columnsPairs: (1076, 0, 900, 1584),
    .columnsShort: (1148, 0, 1196, 0),
    .columnsSingles: (1148, 0, 588, 688),
    .connected: (732, 0, 732, 0),
    .connectedAny: (776, 0, 776, 0),
    .convolution: (1028, 0, 1028, 0),
    .convolutionAny: (1624, 0, 1624, 0),
    .dense: (0, 4416, 0, 1936),
    .denseApart: (0, 0, 0, 2104),
    .denseClipped: (560, 0, 512, 13968),
    .denseDouble: (560, 0, 512, 7200),
    .denseFinish: (0, 0, 0, 336),
    .denseFinishLong: (0, 0, 0, 840),
    .denseHalves: (556, 0, 420, 3892),
    .denseHigh: (560, 0, 492, 7396),
    .denseLimited: (560, 0, 512, 6672),
    .denseLong: (564, 0, 516, 0),
    .denseRaw: (560, 0, 504, 0),
    .denseShort: (556, 0, 496, 6340),
    .denseSingle: (0, 0, 0, 1136),
    .denseTable: (560, 0, 516, 0),
    .denseWide: (560, 0, 500, 5112),
    .depthwise: (1756, 0, 1756, 0),
    .depthwiseAny: (2484, 0, 2484, 0),
    .extremumElements: (684, 0, 684, 0),
    .extremumWords: (408, 816, 408, 136),
    .floatAverage: (2284, 5144, 2264, 5144),
    .grouped: (1076, 0, 1076, 0),
    .groupedAny: (1740, 0, 1740, 0),
    .lanes: (1404, 0, 1404, 0),
    .longSum: (7492, 0, 5840, 0),
    .lookupElements: (676, 0, 676, 0),
    .lookupWords: (404, 60, 404, 128),
    .matrixProduct: (776, 0, 776, 0),
    .maximum: (2952, 456, 1720, 200),
    .movement: (1464, 8, 1464, 120),
    .multiplicationElements: (1060, 0, 1060, 0),
    .program: (128, 11180, 128, 11180),
    .rescaleElements: (648, 0, 648, 0),
    .rescaleWords: (496, 376, 496, 200),
    .shiftedWords: (436, 216, 568, 0),
    .softmax: (1580, 1240, 1380, 1240),
    .sum: (4160, 384, 2080, 296),
    .sumElements: (892, 208, 892, 248),
    .sumWords: (468, 360, 468, 444),
    .tableSoftmax: (1184, 2316, 1184, 2316),
    .words: (0, 196, 0, 236),
  ])

  /// Of each part in portable C the bytes of a layer and of a variant, then the same for XpulpV2.
  private init(table: [CodePart: (Int, Int, Int, Int)]) {
    portable = table.mapValues { Figure(layerBytes: $0.0, onceBytes: $0.1) }
    xpulp = table.mapValues { Figure(layerBytes: $0.2, onceBytes: $0.3) }
  }
}
