import Codecs
import Convolution
import Pixels
import Programs

/// How a data set is to be read, as far as its files do not say it.
public struct DataOptions: Sendable {
    /// Plans what brings a picture to the shape that the program accepts; nil, or a plan that leaves the shape as it is,
    /// where it already has it: then the picture is taken as it is. Pictures are spread over the threads, so a plan need
    /// not have more than one.
    public typealias Fit = @Sendable (PictureHeader) throws -> Plan?

    /// What is to be found for a picture.
    public enum Target: Hashable, Sendable {
        case classes
        case pictures
        case masks
    }

    /// nil takes pictures as they are; then all need one shape.
    public var fit: Fit?
    /// The same for pictures that are targets. Masks are taken as they are: numbers of classes cannot be blended.
    public var targetFit: Fit?
    /// What the program makes of every picture, as far as that can be known without one.
    public var made: Shape?
    /// How a net that makes pictures of any size can learn from pieces of them; nil from whole ones.
    public var cutting: (@Sendable (PictureHeader) -> Cutting?)?
    /// The program where it finds things: then pictures have boxes, and examples are regions of them.
    public var detector: DetectorProgram?
    /// What chance decides of the examples themselves follows from this.
    public var seed: UInt64 = 0
    /// nil where the files tell: names of folders, or what a list holds.
    public var target: Target?
    /// Classes that are already known, as a model has them; then neither all nor more than one need occur.
    public var classes: [String]?
    public var limits: Limits
    /// `limits.maxMemory` bounds a picture; this bounds all of them together.
    public var maxMemory: Int
    public var machine: Machine

    public init(
        fit: Fit? = nil, targetFit: Fit? = nil, target: Target? = nil, classes: [String]? = nil,
        limits: Limits = Limits(), maxMemory: Int? = nil, machine: Machine = Machine()
    ) {
        self.fit = fit
        self.targetFit = targetFit
        self.target = target
        self.classes = classes
        self.limits = limits
        self.maxMemory = maxMemory ?? limits.maxMemory
        self.machine = machine
    }
}

/// What a folder or file of examples holds.
public struct DataSets: Sendable {
    public var training: ExampleSet
    /// Where the data has one of its own.
    public var validation: ExampleSet?
    public var test: ExampleSet?
    /// Of a detector the pictures to measure it with: the regions of a test set tell little of what is found.
    public var boxedTest: BoxedPictures?
    /// What was odd but did no harm, a sentence each.
    public var notes: [String]

    public init(
        training: ExampleSet, validation: ExampleSet? = nil, test: ExampleSet? = nil, notes: [String] = []
    ) {
        self.training = training
        self.validation = validation
        self.test = test
        self.notes = notes
    }
}
