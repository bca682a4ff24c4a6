using System.Buffers.Binary;
using System.Text;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Learning.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_is_written_is_read()
    {
        var file = new Safetensors();
        file.Add("b", [1, 2, 3, 4, 5, 6], 2, 3);
        file.Add("a", [7], 1);
        file.Add("empty", [], 0);
        file.Write(_path);
        var read = Safetensors.Read(_path);
        Assert.Equal(["a", "b", "empty"], read.Names);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Get("b", 2, 3));
        Assert.Equal(0, (BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(_path)) + 8) % 8);
    }

    [Fact]
    public void A_block_keeps_its_values_and_kernels_are_stored_in_the_usual_order()
    {
        var layout = new ParameterLayout();
        layout.AddKernel("kernel", output: 4, input: 3, size: 2);
        layout.Add("bias", Initialization.LeCun, 3, 4, 4);
        using var block = new ParameterBlock(layout, TorchSharp.torch.CPU, trainable: false);
        block.Initialize(new RandomStream(5));
        var file = new Safetensors();
        file.Add(block, "net.");
        file.Write(_path);
        var read = Safetensors.Read(_path);
        Assert.Equal(block.Frozen[0].contiguous().data<float>().ToArray(), read.Get("net.kernel", 4, 3, 2, 2));
        Assert.Equal(RlpdUpdateTests.Values(block), read.Pack(layout, "net."));
    }

    public static TheoryData<string, byte[], string> BadFiles => new()
    {
        { "empty", [], "shorter than its header length" },
        { "no header", [255, 255, 0, 0, 0, 0, 0, 0, 1], "truncated" },
        { "negative header", [0, 0, 0, 0, 0, 0, 0, 128, 1], "truncated" },
        { "not JSON", Encoded("{\"a\":", 0), "header is damaged" },
        { "not an object", Encoded("[1, 2]", 0), "header is damaged" },
        { "no shape", Encoded("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4), "header is damaged" },
        { "half precision", Encoded("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", 4), "tensor a has type F16" },
        { "truncated data", Encoded("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4), "tensor a is truncated: 4 bytes" },
        { "range against shape", Encoded("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8), "tensor a: its byte range" },
        { "negative shape", Encoded("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4), "tensor a has an impossible shape" },
        { "huge shape", Encoded("""{"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,4]}}""", 4), "tensor a has an impossible shape" },
        { "twice", Encoded("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4),
            "two tensors are called a" },
        { "far", Encoded("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775800,9223372036854775804]}}""", 4), "tensor a is truncated" },
        { "around", Encoded("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775806,-9223372036854775806]}}""", 4), "tensor a: its byte range" },
        { "backwards", Encoded("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 4), "tensor a is truncated" },
        { "beyond any number", Encoded("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,92233720368547758080]}}""", 4), "header is damaged" },
        { "not a number", Encoded("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, 0xFF), "tensor a holds a value that is not finite" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_gives_one_line_with_its_name(string _, byte[] content, string complaint)
    {
        File.WriteAllBytes(_path, content);
        var message = Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path)).Message;
        Assert.StartsWith(_path, message, StringComparison.Ordinal);
        Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_network_takes_exactly_its_own_tensors()
    {
        ResNet10.WriteRandom(_path, 1);
        new ResNet10(_path, TorchSharp.torch.CPU).Dispose();
        var good = Safetensors.Read(_path);
        var shapes = ResNet10.Parameters.ToDictionary(p => p.Name, p => p.Shape.ToArray(), StringComparer.Ordinal);
        string Complaint(Action<Dictionary<string, (float[], long[])>> change)
        {
            var tensors = shapes.ToDictionary(s => s.Key, s => (good.Get(s.Key, s.Value), s.Value), StringComparer.Ordinal);
            change(tensors);
            var bad = new Safetensors();
            foreach (var (name, (values, shape)) in tensors) bad.Add(name, values, shape);
            bad.Write(_path);
            return Assert.Throws<InvalidDataException>(() => new ResNet10(_path, TorchSharp.torch.CPU)).Message;
        }
        Assert.Equal($"{_path}: tensor stem.norm.bias is missing.", Complaint(t => t.Remove("stem.norm.bias")));
        Assert.Equal($"{_path}: tensor extra belongs to no parameter of this network.", Complaint(t => t.Add("extra", ([1], [1]))));
        Assert.Equal($"{_path}: tensor stem.norm.bias has shape [32], the configuration asks for [64].",
            Complaint(t => t["stem.norm.bias"] = (new float[32], [32])));
        Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path + ".absent")).Message, StringComparison.Ordinal);
    }

    private static byte[] Encoded(string header, int dataBytes, byte fill = 0)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var result = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(result, json.Length);
        json.CopyTo(result, 8);
        result.AsSpan(8 + json.Length).Fill(fill);
        return result;
    }
}
