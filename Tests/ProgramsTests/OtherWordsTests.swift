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

@Test(arguments: [
    ("conv 8 3x3 padding=1", "pad"), ("conv 8 3x3 dilation_rate=2", "dilate"), ("maxpool 2 strides=2", "stride"),
    ("gaussian radius=2", "sigma"), ("gaussian 2 padding_mode=zero", "border"), ("sharpen amout=2", "amount"),
])
func `a setting from another library is answered with ours`(program: String, ours: String) {
    let error = #expect(throws: ProgramError.self) { try Catalogue().graph(for: SourceText(text: program)) }
    #expect(error?.sentence.hasSuffix("did you mean '\(ours)'?") == true, "\(error?.sentence ?? "")")
}

@Test func `every setting that is offered exists`() throws {
    var names = Set(
        Vocabulary.words.flatMap { word in word.settings.map(\.name) } + Vocabulary.kernelSettings.map(\.name))
    for entry in Catalogue.builtIn { names.formUnion(try entry.file().parameters.map(\.name.text)) }
    for ours in OtherWords.keys.values.joined() { #expect(names.contains(ours), "\(ours)") }
}
