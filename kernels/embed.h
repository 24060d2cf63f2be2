// One entry of the catalogue's table: the file named by KERN. No include guard: index.h includes it once per kernel.
{
    KERN,
    (const unsigned char[]){
#embed KERN
    },
    sizeof((const unsigned char[]){
#embed KERN
    }),
},
#undef KERN
