import Programs
import Steps
import Testing

@Test(arguments: [
    ("blur 2", "gaussian"), ("Grayscale", "gray"), ("shrink 2", "avgpool"), ("gausian 2", "gaussian"),
    ("meanpool 2", "avgpool"), ("Conv2d 8 3x3", "conv"), ("AvgPool2d 2", "avgpool"), ("leaky_relu", "leaky"),
    ("edge-detect", "sobel"), ("dilate 3", "maxpool"), ("global-average-pool", "globalavg"), ("Linear 10", "dense"),
])
func `a word from another program is answered with ours`(program: String, ours: String) {
    let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: program)) }
    #expect(error?.sentence.hasSuffix("did you mean '\(ours)'?") == true)
}

@Test func `every word that is offered exists, and none of those it stands for`() {
    let words = Set(Vocabulary.words.map(\.name) + Catalogue.builtIn.map(\.name))
    for (theirs, ours) in OtherWords.ours {
        #expect(words.contains(ours), "\(ours)")
        #expect(!words.contains(theirs), "\(theirs) is offered as \(ours)")
        #expect(OtherWords.meant(by: theirs) == ours, "\(theirs) is looked for in another spelling")
    }
}
